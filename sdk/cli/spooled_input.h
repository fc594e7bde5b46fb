#pragma once

#include <bryo/client/byte_stream.h>

#include <cstdint>
#include <string>

namespace bryo::cli {

/// A stream as a file: in the folder for temporary files (TMPDIR), under no name, so that nothing is left of it when
/// the process ends, however it ends.
class SpooledInput {
 public:
  SpooledInput() = default;
  SpooledInput(const SpooledInput&) = delete;
  SpooledInput& operator=(const SpooledInput&) = delete;
  ~SpooledInput();

  /// Reads all of `input`; returns the bytes. Once.
  Result<std::uint64_t> take(client::ByteInput& input);
  /// Opens what was taken, while this lives.
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_ = -1;
};

}  // namespace bryo::cli
