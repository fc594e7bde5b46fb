#pragma once

#include <bryo/client/byte_stream.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace bryo::client {

/// Gives its bytes in pieces of at most `piece`, as a network does.
class PiecewiseInput final : public ByteInput {
 public:
  PiecewiseInput(std::string_view bytes, std::size_t piece) : bytes_(bytes), piece_(piece) {}
  Result<std::size_t> read(std::span<std::byte> out) override {
    const auto n = std::min({out.size(), piece_, bytes_.size() - at_});
    std::memcpy(out.data(), bytes_.data() + at_, n);
    at_ += n;
    return n;
  }

 private:
  std::string bytes_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

}  // namespace bryo::client
