#include "first_pass.h"

#include <algorithm>
#include <iterator>

#include "byte_span.h"

namespace bryo::moss {
namespace {

/// Names are equal but for one leading '/' (get-batch.md section 8).
std::string key_of(std::string_view name) { return std::string(name.starts_with('/') ? name.substr(1) : name); }

}  // namespace

void FirstPass::add(std::size_t entry, std::string_view archpath, ByteRange range) {
  wants_[key_of(archpath)].push_back({entry, range});
}

bool FirstPass::wants(const Member& member) {
  passing_.clear();
  passed_ = 0;
  const auto wanted = wants_.extract(key_of(member.name));  // the first of equal names is the one that counts
  if (!wanted) return false;
  for (const Want& each : wanted.mapped()) want(each, member.size);
  // Making room for a later one may have cost an earlier one.
  std::erase_if(passing_, [this](std::size_t entry) { return !parts_.contains(entry); });
  return !passing_.empty();
}

void FirstPass::want(const Want& want, std::uint64_t size) {
  const auto span = span_of(want.range, size);
  if (!span || span->size > largest_) return;
  for (const std::size_t known : passing_) {
    const auto part = parts_.find(known);
    if (part == parts_.end() || part->second.offset != span->offset || part->second.length != span->size) continue;
    part->second.entries.push_back(want.entry);
    return;
  }
  if (!make_room(span->size, want.entry)) return;
  auto memory = memory_.reserve(span->size, "decoded member");
  if (!memory) return;
  auto kept = std::make_shared<LoadedBytes::Kept>();
  kept->memory = *std::move(memory);
  kept->bytes.reserve(static_cast<std::size_t>(span->size));
  room_ -= span->size;
  parts_.emplace(want.entry, Part{span->offset, span->size, std::move(kept), {want.entry}});
  passing_.push_back(want.entry);
}

bool FirstPass::make_room(std::uint64_t length, std::size_t entry) {
  while (room_ < length) {
    if (parts_.empty() || parts_.rbegin()->first < entry) return false;
    const auto last = std::prev(parts_.end());
    room_ += last->second.length;
    parts_.erase(last);
  }
  return true;
}

void FirstPass::content(BytesView bytes) {
  const std::uint64_t begin = passed_;
  passed_ += bytes.size();
  for (const std::size_t entry : passing_) {
    Part& part = parts_.at(entry);
    const std::uint64_t from = std::max(begin, part.offset);
    const std::uint64_t to = std::min(passed_, part.offset + part.length);
    if (from < to) part.kept->bytes.append(bytes.subspan(from - begin, to - from));
  }
}

std::vector<std::pair<std::size_t, LoadedBytes>> FirstPass::taken() const {
  std::vector<std::pair<std::size_t, LoadedBytes>> out;
  for (const auto& [first, part] : parts_) {
    if (part.kept->bytes.size() != part.length) continue;
    for (const std::size_t entry : part.entries) out.emplace_back(entry, LoadedBytes{part.kept});
  }
  return out;
}

}  // namespace bryo::moss
