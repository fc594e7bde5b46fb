#pragma once

/// Writes TAR as clients of the reference know it (get-batch.md section 6).

#include <bryo/archive.h>

namespace bryo::tar {

/// Plain ustar headers where a name and a size fit them, a PAX header before the others; mode 0644, owner and time 0,
/// two zero blocks at the end. The content goes out unseen.
class TarWriter final : public ArchiveWriter {
 public:
  TarWriter() = default;
  /// What is written goes behind an entry whose last `missing_padding` bytes are not there.
  explicit TarWriter(std::size_t missing_padding) : lead_(missing_padding) {}

  [[nodiscard]] PayloadMode payload() const noexcept override { return PayloadMode::Verbatim; }
  [[nodiscard]] std::size_t max_header(std::size_t name_size) const noexcept override;
  /// Fails with InvalidArgument for a name that is empty or contains NUL.
  Status begin(std::string_view name, std::uint64_t size, ArchiveBuffer& out) override;
  Status end(ArchiveBuffer& out) override;
  Status finish(ArchiveBuffer& out) override;

 private:
  std::size_t lead_ = 0;     ///< zeros in front of what comes next; until a member is whole, it may be taken back
  std::size_t padding_ = 0;  ///< of the open member
};

}  // namespace bryo::tar
