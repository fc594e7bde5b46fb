#include "multipart_input.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace bryo::client {
namespace {

constexpr std::size_t kRead = std::size_t{64} << 10;
constexpr std::size_t kMaxHead = std::size_t{16} << 10;

}  // namespace

// The first boundary may stand at the very start, without the line end that belongs to the others.
MultipartInput::MultipartInput(ByteInput& input, std::string_view boundary)
    : input_(input), delimiter_("\r\n--" + std::string(boundary)), buffer_("\r\n"), in_part_(true) {}

std::string MultipartInput::boundary_of(std::string_view content_type) {
  static constexpr std::string_view kKey = "boundary=";
  if (!content_type.starts_with("multipart/")) return {};
  const auto at = content_type.find(kKey);
  if (at == std::string_view::npos) return {};
  auto value = content_type.substr(at + kKey.size());
  if (value.starts_with('"')) return std::string(value.substr(1, value.find('"', 1) - 1));
  return std::string(value.substr(0, value.find(';')));
}

Result<std::optional<std::string>> MultipartInput::next_part() {
  std::array<std::byte, 4096> skipped;
  while (true) {
    BRYO_TRY(n, read(skipped));
    if (n == 0) break;
  }
  if (ended_) return std::optional<std::string>();
  // At the delimiter: "--" after it ends the body, a line end starts a part.
  while (buffer_.size() - at_ < delimiter_.size() + 2) BRYO_CHECK(more());
  at_ += delimiter_.size();
  if (buffer_.compare(at_, 2, "--") == 0) {
    ended_ = true;
    return std::optional<std::string>();
  }
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n", at_)) == std::string::npos) {
    if (buffer_.size() - at_ > kMaxHead) {
      return Error(Errc::InvalidArgument, "a part of the answer has a head over 16 KiB");
    }
    BRYO_CHECK(more());
  }
  const auto from = std::min(at_ + 2, end);
  std::string head = buffer_.substr(from, end - from);
  clear_ = at_ = end + 4;
  in_part_ = true;
  return std::optional<std::string>(std::move(head));
}

Result<std::size_t> MultipartInput::read(std::span<std::byte> out) {
  while (in_part_) {
    if (at_ < clear_) {
      const auto n = std::min(clear_ - at_, out.size());
      std::memcpy(out.data(), buffer_.data() + at_, n);
      at_ += n;
      return n;
    }
    scan();
    if (in_part_ && at_ == clear_) BRYO_CHECK(more());
  }
  return std::size_t{0};
}

/// Moves `clear_` up to the delimiter, or to where one could begin that has not arrived whole.
void MultipartInput::scan() {
  const auto found = buffer_.find(delimiter_, at_);
  if (found == at_) {
    in_part_ = false;
  } else if (found != std::string::npos) {
    clear_ = found;
  } else {
    clear_ = std::max(at_, buffer_.size() - std::min(buffer_.size(), delimiter_.size() - 1));
  }
}

Status MultipartInput::more() {
  buffer_.erase(0, at_);
  clear_ = at_ = 0;
  const auto have = buffer_.size();
  buffer_.resize(have + kRead);
  auto n = input_.read(std::as_writable_bytes(std::span(buffer_)).subspan(have));
  buffer_.resize(have + (n ? *n : 0));
  if (!n) return n.error();
  if (*n == 0) return Error(Errc::InvalidArgument, "the multipart answer stops before its last boundary");
  return {};
}

}  // namespace bryo::client
