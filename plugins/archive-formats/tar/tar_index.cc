#include "tar_index.h"

#define XXH_INLINE_ALL  // short keys: the call would cost as much as the hash
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <random>
#include <utility>

#include "tar_header.h"

namespace bryo::tar {
namespace {

/// Names come from strangers, who shall not know which of them collide.
std::uint64_t hash_of(std::string_view key) noexcept {
  static const std::uint64_t seed = std::random_device()() * 0x9E3779B97F4A7C15ULL;
  return XXH3_64bits_withSeed(key.data(), key.size(), seed);
}

/// get-batch.md section 8: one leading '/' on either side is ignored.
std::string_view key_of(std::string_view name) noexcept {
  if (name.starts_with('/')) name.remove_prefix(1);
  return name;
}

}  // namespace

std::optional<Member> TarIndex::find(std::string_view name) const {
  if (slots_.empty()) return std::nullopt;
  const auto slot = slots_[slot_of(key_of(name))];
  if (slot == 0) return std::nullopt;
  return member(slot - 1);
}

Status TarIndex::why_missing(std::string_view name) const {
  const auto same = [key = key_of(name)](const std::string& sparse) { return key_of(sparse) == key; };
  if (std::any_of(sparse_.begin(), sparse_.end(), same)) {
    return Error(Errc::InvalidArgument, "member \"" + std::string(name) + "\" of " + label_ +
                                            " is a sparse file, which cannot be read: store it without holes");
  }
  if (damage_) return *damage_;
  return {};
}

void TarIndex::for_each(const std::function<bool(const Member&)>& visit) const {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!visit(member(i))) return;
  }
}

std::size_t TarIndex::memory() const noexcept {
  std::size_t bytes = sizeof *this + names_.capacity() + entries_.capacity() * sizeof(Entry) +
                      slots_.capacity() * sizeof(std::uint32_t);
  for (const auto& name : sparse_) bytes += sizeof name + name.capacity();
  return bytes;
}

std::string_view TarIndex::name_of(std::size_t i) const noexcept {
  const std::size_t from = i == 0 ? 0 : entries_[i - 1].name_end;
  return std::string_view(names_).substr(from, entries_[i].name_end - from);
}

Member TarIndex::member(std::size_t i) const noexcept {
  return {
      .name = name_of(i), .size = entries_[i].size, .offset = std::uint64_t{entries_[i].block} * kBlock, .ordinal = i};
}

std::size_t TarIndex::slot_of(std::string_view key) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash_of(key) & mask;
  while (slots_[slot] != 0 && key_of(name_of(slots_[slot] - 1)) != key) slot = (slot + 1) & mask;
  return slot;
}

TarIndexBuilder::TarIndexBuilder(std::size_t memory_limit, std::string_view label)
    : limit_(memory_limit), index_(std::make_unique<TarIndex>()) {
  index_->label_ = label;
}

Status TarIndexBuilder::add(std::string_view name, std::uint64_t offset, std::uint64_t size) {
  constexpr std::size_t kSlots = 4 * sizeof(std::uint32_t);  // the table's share at worst, just after doubling
  BRYO_CHECK(claim(sizeof(TarIndex::Entry) + kSlots + name.size()));
  if (offset / kBlock > std::numeric_limits<std::uint32_t>::max()) {
    return Error(Errc::InvalidArgument, index_->label_ + " is larger than 2 TiB, which TAR shards may not be");
  }
  index_->names_.append(name);
  index_->entries_.push_back({.block = static_cast<std::uint32_t>(offset / kBlock),
                              .name_end = static_cast<std::uint32_t>(index_->names_.size()),
                              .size = size});
  return {};
}

Status TarIndexBuilder::add_sparse(std::string_view name) {
  BRYO_CHECK(claim(sizeof(std::string) + name.size()));
  index_->sparse_.emplace_back(name);
  return {};
}

Status TarIndexBuilder::claim(std::size_t bytes) {
  used_ += bytes;
  // Names are addressed with 32 bits.
  if (used_ > limit_ || used_ > std::numeric_limits<std::uint32_t>::max()) {
    return Error(Errc::InvalidArgument, index_->label_ + " has more than " + std::to_string(index_->entries_.size()) +
                                            " members: their index exceeds " + std::to_string(limit_) +
                                            " bytes; make smaller shards or raise [plugin.archive_tar] max_index");
  }
  return {};
}

std::unique_ptr<TarIndex> TarIndexBuilder::finish(std::optional<Error> damage) {
  auto& index = *index_;
  index.damage_ = std::move(damage);
  index.names_.shrink_to_fit();
  index.entries_.shrink_to_fit();
  if (!index.entries_.empty()) index.slots_.resize(std::bit_ceil(2 * index.entries_.size()));
  for (std::size_t i = 0; i < index.entries_.size(); ++i) {
    // The first of equal names stays.
    auto& slot = index.slots_[index.slot_of(key_of(index.name_of(i)))];
    if (slot == 0) slot = static_cast<std::uint32_t>(i + 1);
  }
  return std::move(index_);
}

}  // namespace bryo::tar
