#include "decode_group.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace bryo::moss {

Status DecodeGroup::add(std::size_t entry, const EncodedSlice& slice, Memory& memory) {
  Part part{.part = {slice.member, slice.offset, slice.size}, .room = {}, .bytes = {}, .entries = {entry}, .other = {}};
  const auto key = key_of(part);
  if (const auto same = known_.find(key); same != known_.end()) {
    parts_[same->second].entries.push_back(entry);
    return {};
  }
  part.bytes = shared_.find(key);
  if (!part.bytes) {
    auto taken = memory.reserve(slice.size, "decoded member");
    if (!taken) {
      shared_.clear();  // what waits for nobody yields to what is waited for
      taken = memory.reserve(slice.size, "decoded member");
    }
    if (!taken) return taken.error();
    part.room = std::make_shared<LoadedBytes::Kept>();
    part.room->memory = *std::move(taken);
  }
  known_.emplace(key, parts_.size());
  parts_.push_back(std::move(part));
  bytes_ += slice.size;
  return {};
}

DecodedParts::Key DecodeGroup::key_of(const Part& part) const {
  return {shard_.object->stamp(), part.part.member.ordinal, part.part.offset, part.part.length};
}

Status DecodeGroup::run() {
  known_.clear();
  std::sort(parts_.begin(), parts_.end(), [](const Part& a, const Part& b) {
    return std::tuple(a.part.member.offset, a.part.offset) < std::tuple(b.part.member.offset, b.part.offset);
  });
  std::vector<std::size_t> mine, others;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    Part& part = parts_[i];
    if (part.bytes) continue;
    auto claim = shared_.claim(key_of(part));
    part.bytes = std::move(claim.bytes);
    if (part.bytes) part.room.reset();
    part.other = std::move(claim.other);
    if (!part.bytes) (part.other ? others : mine).push_back(i);
  }
  Status done = mine.empty() ? Status() : extract(mine);
  for (const std::size_t i : mine) {
    if (!parts_[i].bytes) shared_.publish(key_of(parts_[i]), nullptr);
  }
  // Only now: who waits holds no claims, so nobody waits for a ring of others.
  std::vector<std::size_t> failed;
  for (const std::size_t i : others) {
    parts_[i].bytes = shared_.wait(parts_[i].other);
    if (!parts_[i].bytes) failed.push_back(i);
  }
  if (done && !failed.empty()) done = extract(failed);
  return done;
}

Status DecodeGroup::extract(const std::vector<std::size_t>& wanted) {
  std::vector<MemberPart> members;
  members.reserve(wanted.size());
  for (const std::size_t i : wanted) members.push_back(parts_[i].part);
  // A part is whole when the reader has gone on behind it: a checksum may spoil it after its last byte.
  std::size_t passed = 0;
  const auto pass = [&](std::size_t end) {
    for (; passed < end; ++passed) {
      Part& part = parts_[wanted[passed]];
      if (part.room->bytes.size() != part.part.length) continue;
      part.bytes = part.room;
      if (!part.other) shared_.publish(key_of(part), part.bytes);
    }
  };
  const std::function<Status(std::size_t, BytesView)> keep = [&](std::size_t n, BytesView piece) -> Status {
    pass(n);
    const Part& part = parts_[wanted[n]];
    ArchiveBuffer& bytes = part.room->bytes;
    const std::uint64_t length = part.part.length;
    if (bytes.empty()) bytes.reserve(static_cast<std::size_t>(length));
    bytes.append(piece.first(std::min<std::uint64_t>(piece.size(), length - bytes.size())));
    return {};
  };
  Status done = shard_.format->reader->extract(*shard_.object, label_, *shard_.index, members, keep);
  if (done) pass(wanted.size());
  return done;
}

std::vector<std::pair<std::size_t, LoadedBytes>> DecodeGroup::decoded() const {
  std::vector<std::pair<std::size_t, LoadedBytes>> out;
  for (const Part& part : parts_) {
    if (!part.bytes) continue;
    for (const std::size_t entry : part.entries) out.emplace_back(entry, LoadedBytes{part.bytes});
  }
  return out;
}

}  // namespace bryo::moss
