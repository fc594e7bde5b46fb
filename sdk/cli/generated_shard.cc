#include "generated_shard.h"

#include <algorithm>

namespace bryo::cli {
namespace {

/// Wide enough that names sort as they count.
constexpr std::size_t kNumberWidth = 9;

}  // namespace

Result<std::optional<client::ArchiveMember>> GeneratedShard::next() {
  const auto kinds = shape_.extensions.size();
  if (at_ == shape_.samples * kinds) return std::optional<client::ArchiveMember>();
  const auto sample = first_ + at_ / kinds;
  const auto kind = at_ % kinds;
  ++at_;
  left_ = shape_.size;
  random_ = SeededRandom(SeededRandom(shape_.seed).next() ^ (sample * kinds + kind));
  auto name = std::to_string(sample);
  name.insert(0, name.size() < kNumberWidth ? kNumberWidth - name.size() : 0, '0');
  return std::optional(client::ArchiveMember{name + shape_.extensions[kind], shape_.size});
}

Result<std::size_t> GeneratedShard::read(std::span<std::byte> out) {
  // Whole words but at the end, so that the bytes do not depend on how much is read at once.
  auto n = std::min<std::uint64_t>(out.size() - out.size() % sizeof(std::uint64_t), left_);
  if (n == 0) n = std::min<std::uint64_t>(out.size(), left_);
  random_.fill(out.first(static_cast<std::size_t>(n)));
  left_ -= n;
  return static_cast<std::size_t>(n);
}

Status GeneratedShard::rewind() {
  at_ = 0;
  left_ = 0;
  return {};
}

}  // namespace bryo::cli
