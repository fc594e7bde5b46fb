#include "tar_zst_index.h"

#include <algorithm>
#include <numeric>

namespace tar_zst {
namespace {

/// Frames may be tiny; starts closer than this save nothing.
constexpr std::uint64_t kStartDistance = 64 << 10;

/// One leading '/' on either side is ignored.
std::string_view key_of(std::string_view name) {
  if (name.starts_with('/')) name.remove_prefix(1);
  return name;
}

}  // namespace

std::optional<bryo::Member> TarZstIndex::find(std::string_view name) const {
  const auto before = [this](std::size_t i, std::string_view key) { return key_of(name_of(i)) < key; };
  const auto found = std::lower_bound(by_name_.begin(), by_name_.end(), key_of(name), before);
  if (found == by_name_.end() || key_of(name_of(*found)) != key_of(name)) return std::nullopt;
  return member(*found);
}

bryo::Status TarZstIndex::why_missing(std::string_view) const {
  if (damage_) return *damage_;
  return {};
}

void TarZstIndex::for_each(const std::function<bool(const bryo::Member&)>& visit) const {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!visit(member(i))) return;
  }
}

std::size_t TarZstIndex::memory() const noexcept {
  return sizeof *this + names_.capacity() + entries_.capacity() * sizeof(Entry) +
         by_name_.capacity() * sizeof(std::size_t) + starts_.capacity() * sizeof(Decoder::FrameStart);
}

Decoder::FrameStart TarZstIndex::start_for(std::uint64_t decoded) const {
  const auto behind = std::upper_bound(starts_.begin(), starts_.end(), decoded,
                                       [](std::uint64_t at, const auto& start) { return at < start.decoded; });
  return *std::prev(behind);  // the first one is at 0
}

void TarZstIndex::add(std::string_view name, std::uint64_t content, std::uint64_t size) {
  names_.append(name);
  entries_.push_back({.name_end = names_.size(), .content = content, .size = size});
}

void TarZstIndex::add_start(Decoder::FrameStart start) {
  if (start.decoded >= starts_.back().decoded + kStartDistance) starts_.push_back(start);
}

void TarZstIndex::finish(std::optional<bryo::Error> damage) {
  damage_ = std::move(damage);
  by_name_.resize(entries_.size());
  std::iota(by_name_.begin(), by_name_.end(), std::size_t{0});
  const auto key = [this](std::size_t i) { return key_of(name_of(i)); };
  std::stable_sort(by_name_.begin(), by_name_.end(), [&](auto a, auto b) { return key(a) < key(b); });
  const auto same = [&](auto a, auto b) { return key(a) == key(b); };
  by_name_.erase(std::unique(by_name_.begin(), by_name_.end(), same), by_name_.end());
}

std::string_view TarZstIndex::name_of(std::size_t i) const {
  const std::size_t from = i == 0 ? 0 : entries_[i - 1].name_end;
  return std::string_view(names_).substr(from, entries_[i].name_end - from);
}

bryo::Member TarZstIndex::member(std::size_t i) const {
  return {.name = name_of(i), .size = entries_[i].size, .offset = bryo::Member::kNotStored, .ordinal = i};
}

}  // namespace tar_zst
