#pragma once

/// An archive that is made while it is sent.

#include <bryo/client/archive_writer.h>
#include <bryo/client/byte_stream.h>

#include <memory>
#include <optional>
#include <string>

namespace bryo::client {

struct ArchiveMember {
  std::string name;
  std::uint64_t size = 0;  ///< bytes that `read` will give
};

/// What an archive is made of, one file after the other. One thread at a time.
class ArchiveMembers {
 public:
  virtual ~ArchiveMembers() = default;
  /// Nothing = all were given.
  virtual Result<std::optional<ArchiveMember>> next() = 0;
  /// Bytes of the current member; 0 = its end.
  virtual Result<std::size_t> read(std::span<std::byte> out) = 0;
  /// The first member again. Called before the first, and before every further attempt to send.
  virtual Status rewind() = 0;
};

/// Constant memory whatever the archive's size, no file in between: the writer runs when the connection takes bytes.
/// Its size is unknown, so it goes out in chunks; stopped in the middle, the server drops what it has.
class ArchiveBody final : public BodySource {
 public:
  /// `members` must outlive the body.
  ArchiveBody(ArchiveFormat format, ArchiveMembers& members);
  std::optional<std::uint64_t> size() const override { return {}; }
  bool repeatable() const override { return true; }
  Status rewind() override;
  /// Fails naming the member that is shorter or longer than announced.
  Result<std::size_t> read(std::span<std::byte> out) override;

 private:
  /// What the writer wrote and the connection has not taken.
  class Pending final : public ByteSink {
   public:
    Status write(std::span<const std::byte> bytes) override;
    std::size_t take(std::span<std::byte> out);
    void clear();

   private:
    std::string bytes_;
    std::size_t at_ = 0;
  };
  Status step();
  Status open_next();

  ArchiveFormat format_;
  ArchiveMembers& members_;
  Pending pending_;
  std::unique_ptr<ArchiveWriter> writer_;
  std::string buffer_;
  std::optional<ArchiveMember> current_;
  std::uint64_t left_ = 0;
  bool finished_ = false;
};

}  // namespace bryo::client
