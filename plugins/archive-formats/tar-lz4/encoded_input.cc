#include "encoded_input.h"

#include <algorithm>
#include <cstring>

namespace bryo::tar_lz4 {
namespace {

constexpr std::size_t kFirst = 32 << 10;
constexpr std::size_t kMost = 512 << 10;

}  // namespace

EncodedInput::EncodedInput(const OpenObject& archive) : archive_(archive), ahead_(kFirst) {}

Result<std::optional<BytesView>> EncodedInput::peek(std::size_t n) {
  if (n > left()) return std::optional<BytesView>();
  if (!held(position_) || position_ - start_ + n > size_) BRYO_CHECK(fill(n));
  return std::optional(BytesView(memory_.get() + (position_ - start_), n));
}

void EncodedInput::seek(std::uint64_t position) {
  position_ = std::min(position, archive_.size());
  if (!held(position_)) ahead_ = kFirst;
}

Status EncodedInput::fill(std::size_t n) {
  const std::size_t rest = held(position_) ? size_ - static_cast<std::size_t>(position_ - start_) : 0;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(std::max(n, ahead_), left()));
  ahead_ = std::min(2 * ahead_, kMost);
  if (wanted > capacity_) {
    auto larger = std::make_unique_for_overwrite<std::byte[]>(wanted);
    if (rest != 0) std::memcpy(larger.get(), memory_.get() + (size_ - rest), rest);
    memory_ = std::move(larger);
    capacity_ = wanted;
  } else if (rest != 0) {
    std::memmove(memory_.get(), memory_.get() + (size_ - rest), rest);
  }
  start_ = position_;
  size_ = rest;
  BRYO_CHECK(archive_.read_blocking(position_ + rest, MutableBytes(memory_.get() + rest, wanted - rest)));
  size_ = wanted;
  return {};
}

}  // namespace bryo::tar_lz4
