#include "decode_group.h"

#include <algorithm>
#include <utility>

namespace bryo::moss {

Status DecodeGroup::add(std::size_t entry, const EncodedSlice& slice, Memory& memory) {
  const auto key = std::tuple(slice.member.ordinal, slice.offset, slice.size);
  if (const auto same = known_.find(key); same != known_.end()) {
    parts_[same->second].entries.push_back(entry);
    return {};
  }
  BRYO_TRY(taken, memory.reserve(slice.size, "decoded member"));
  auto kept = std::make_shared<LoadedBytes::Kept>();
  kept->memory = std::move(taken);
  known_.emplace(key, parts_.size());
  parts_.push_back({{slice.member, slice.offset, slice.size}, std::move(kept), {entry}});
  bytes_ += slice.size;
  return {};
}

Status DecodeGroup::run() {
  known_.clear();
  std::sort(parts_.begin(), parts_.end(), [](const Part& a, const Part& b) {
    return std::tuple(a.part.member.offset, a.part.offset) < std::tuple(b.part.member.offset, b.part.offset);
  });
  std::vector<MemberPart> wanted;
  wanted.reserve(parts_.size());
  for (const Part& part : parts_) wanted.push_back(part.part);
  const std::function<Status(std::size_t, BytesView)> keep = [this](std::size_t i, BytesView piece) -> Status {
    ArchiveBuffer& bytes = parts_[i].kept->bytes;
    const std::uint64_t length = parts_[i].part.length;
    if (bytes.empty()) bytes.reserve(static_cast<std::size_t>(length));
    bytes.append(piece.first(std::min<std::uint64_t>(piece.size(), length - bytes.size())));
    return {};
  };
  return shard_.format->reader->extract(*shard_.object, label_, *shard_.index, wanted, keep);
}

std::vector<std::pair<std::size_t, LoadedBytes>> DecodeGroup::decoded() const {
  std::vector<std::pair<std::size_t, LoadedBytes>> out;
  for (const Part& part : parts_) {
    if (part.kept->bytes.size() != part.part.length) continue;
    for (const std::size_t entry : part.entries) out.emplace_back(entry, LoadedBytes{part.kept});
  }
  return out;
}

}  // namespace bryo::moss
