#pragma once

/// Bytes that are too many for memory: pulled from a ByteInput, pushed into a ByteSink.

#include <bryo/result.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bryo::client {

/// Pulled by blocking calls of one thread at a time.
class ByteInput {
 public:
  virtual ~ByteInput() = default;
  /// Fills at most `out` (never empty); 0 = end. After a failure the input gives nothing more.
  virtual Result<std::size_t> read(std::span<std::byte> out) = 0;
};

/// Pushed by blocking calls of one thread at a time.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  /// Takes all of `bytes`, or fails and takes nothing more.
  virtual Status write(std::span<const std::byte> bytes) = 0;
};

/// What a request sends. Read once from the start for each attempt.
class BodySource : public ByteInput {
 public:
  /// Bytes that will come; nothing = unknown, sent in chunks.
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const = 0;
  /// Whether `rewind` works. A body that cannot be sent twice is neither repeated nor redirected once bytes were taken.
  [[nodiscard]] virtual bool repeatable() const = 0;
  /// Starts again at the first byte. Called before every attempt.
  virtual Status rewind() = 0;
};

/// Bytes in memory, which must outlive the body.
class MemoryBody final : public BodySource {
 public:
  explicit MemoryBody(std::string_view bytes) : bytes_(bytes) {}
  std::optional<std::uint64_t> size() const override { return bytes_.size(); }
  bool repeatable() const override { return true; }
  Status rewind() override;
  Result<std::size_t> read(std::span<std::byte> out) override;

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

/// A regular file. Its size is taken when it is opened; a file that shrinks meanwhile fails the request.
class FileBody final : public BodySource {
 public:
  /// Fails naming `path`.
  static Result<FileBody> open(std::string path);
  FileBody(FileBody&& other) noexcept;
  FileBody& operator=(FileBody&&) = delete;
  ~FileBody() override;

  std::optional<std::uint64_t> size() const override { return size_; }
  bool repeatable() const override { return true; }
  Status rewind() override;
  Result<std::size_t> read(std::span<std::byte> out) override;

 private:
  FileBody(std::string path, int descriptor, std::uint64_t size)
      : path_(std::move(path)), size_(size), descriptor_(descriptor) {}

  std::string path_;
  std::uint64_t size_ = 0;
  std::uint64_t at_ = 0;
  int descriptor_ = -1;
};

/// A stream that comes once (a pipe), which must outlive the body. `size` = its length, if known.
class StreamBody final : public BodySource {
 public:
  explicit StreamBody(ByteInput& input, std::optional<std::uint64_t> size = {}) : input_(input), size_(size) {}
  std::optional<std::uint64_t> size() const override { return size_; }
  bool repeatable() const override { return false; }
  Status rewind() override;
  Result<std::size_t> read(std::span<std::byte> out) override;

 private:
  ByteInput& input_;
  std::optional<std::uint64_t> size_;
  bool started_ = false;
};

/// Reads all of `input`. Fails with TooLarge beyond `limit` bytes.
Result<std::string> read_all(ByteInput& input, std::size_t limit);

/// Moves all of `input` to `sink` through a buffer of 256 KiB; returns the bytes moved.
Result<std::uint64_t> copy(ByteInput& input, ByteSink& sink);

inline std::span<const std::byte> bytes_of(std::string_view text) noexcept {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view text_of(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace bryo::client
