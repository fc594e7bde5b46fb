#pragma once

/// A local file that appears under its name only when it is complete.

#include <bryo/client/byte_stream.h>

#include <string>

namespace bryo::client {

/// Bytes go to a temporary file beside the target; `commit` renames it. Destroyed without commit, nothing is left.
/// A target that exists and is no regular file (/dev/null, a pipe) is written directly.
class OutputFile final : public ByteSink {
 public:
  /// Makes missing folders of `path`. Fails naming what could not be made.
  static Result<OutputFile> create(std::string path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile() override;

  /// Fails with OutOfSpace on a full disk, else Io.
  Status write(std::span<const std::byte> bytes) override;
  /// Closes and renames. The data is not forced to the disk: a power cut may lose the file, a crash of the program not.
  Status commit();

 private:
  OutputFile(std::string path, std::string temporary, int descriptor)
      : path_(std::move(path)), temporary_(std::move(temporary)), descriptor_(descriptor) {}
  void discard() noexcept;

  std::string path_;
  std::string temporary_;  ///< empty: written directly
  int descriptor_ = -1;
};

}  // namespace bryo::client
