#pragma once

/// Bytes of a connection that have arrived and are not used yet.

#include <bryo/bytes.h>

#include <cstddef>
#include <cstring>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// Keeps what lies behind one request for the next one (pipelining). Grows only as far as a header needs.
class ReceiveBuffer {
 public:
  static constexpr std::size_t kInitial = 4096;

  [[nodiscard]] std::string_view pending() const noexcept { return {bytes_.data() + begin_, end_ - begin_}; }
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }

  void consume(std::size_t n) noexcept {
    begin_ += n;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  /// Room to receive into, never empty: moves and grows as needed.
  [[nodiscard]] MutableBytes room() {
    if (end_ == bytes_.size()) {
      if (begin_ != 0) {
        std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
      } else {
        bytes_.resize(std::max(kInitial, bytes_.size() * 2));
      }
    }
    return std::as_writable_bytes(std::span(bytes_)).subspan(end_);
  }
  void received(std::size_t n) noexcept { end_ += n; }
  /// Gives memory back that an unusual request needed.
  void shrink() {
    if (empty() && bytes_.size() > kInitial) {
      bytes_.resize(kInitial);
      bytes_.shrink_to_fit();
    }
  }

 private:
  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace bryo::kernel
