#pragma once

/// Writes ZIP as clients of the reference know it (get-batch.md section 6).

#include <bryo/archive.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace bryo::zip {

/// Stored members with data descriptors, time 0, the name again as comment; ZIP64 where a size, a count or an offset
/// needs it. The content goes out unchanged and is only summed up. Members that another ZIP has deflated are taken as
/// they are, with sizes and CRC in front of them. Holds 32 bytes and the name of each member until
/// `finish`, which appends the whole directory: some 110 bytes and twice the name for each.
class ZipWriter final : public ArchiveWriter {
 public:
  ZipWriter() = default;
  /// Continues an archive at `offset`, which is counted from where its offsets are. `entries` of `directory`, as it
  /// stood there, come before those that are written.
  ZipWriter(std::uint64_t offset, std::uint64_t entries, std::vector<std::byte> directory)
      : kept_entries_(entries), kept_(std::move(directory)), offset_(offset) {}

  [[nodiscard]] PayloadMode payload() const noexcept override { return PayloadMode::Observed; }
  [[nodiscard]] std::size_t max_header(std::size_t name_size) const noexcept override;
  /// Fails with InvalidArgument for a name that is empty, contains NUL, or has more than 65,535 bytes.
  Status begin(std::string_view name, std::uint64_t size, ArchiveBuffer& out) override;
  Status content(BytesView bytes, ArchiveBuffer& out) override;
  /// Takes deflated members of ".zip".
  Result<bool> begin_packed(std::string_view name, std::string_view format, const Member& member,
                            ArchiveBuffer& out) override;
  Status end(ArchiveBuffer& out) override;
  Status finish(ArchiveBuffer& out) override;

 private:
  struct Written {
    std::uint64_t header = 0;  ///< offset
    std::uint64_t size = 0;
    std::uint64_t packed = 0;
    std::uint32_t crc = 0;
    std::uint16_t name_size = 0;
    std::uint16_t flags = 0;  ///< with kHasDescriptor: stored, else deflated

    [[nodiscard]] bool deflated() const noexcept;
    [[nodiscard]] std::uint16_t method() const noexcept;
    [[nodiscard]] bool wide_sizes() const noexcept;
  };

  /// The local header; `written.header` is set here.
  Status begin(std::string_view name, Written written, ArchiveBuffer& out);

  const std::uint64_t kept_entries_ = 0;
  const std::vector<std::byte> kept_{};
  std::vector<Written> members_;
  std::string names_;
  std::uint64_t offset_ = 0;
};

}  // namespace bryo::zip
