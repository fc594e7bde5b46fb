#pragma once

#include <bryo/client/byte_stream.h>

#include <string>
#include <string_view>

namespace bryo::client {

/// Walks the parts of a multipart/mixed body (get-batch.md section 4.2) in constant memory. Reading gives the bytes of
/// the current part. Damage is an InvalidArgument.
class MultipartInput final : public ByteInput {
 public:
  /// `input` must outlive this.
  MultipartInput(ByteInput& input, std::string_view boundary);

  /// The boundary in a Content-Type; empty if it is no multipart.
  static std::string boundary_of(std::string_view content_type);

  /// Goes to the next part (skipping the rest of this one) and returns its head; empty optional after the last.
  Result<std::optional<std::string>> next_part();
  Result<std::size_t> read(std::span<std::byte> out) override;

 private:
  Status more();
  void scan();

  ByteInput& input_;
  std::string delimiter_;  ///< "\r\n--boundary"
  std::string buffer_;
  std::size_t at_ = 0;     ///< of the next byte in the buffer
  std::size_t clear_ = 0;  ///< bytes before this belong to the part: scanned, no delimiter
  bool in_part_ = false;
  bool ended_ = false;
};

}  // namespace bryo::client
