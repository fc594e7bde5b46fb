#include "tar_zst_writer.h"

#include <string>

#include "tar_header.h"

namespace tar_zst {

using bryo::Status;

std::size_t TarZstWriter::max_header(std::size_t name_size) const noexcept {
  // The header may complete blocks of content that the encoder still holds.
  return ZSTD_compressBound(tar_zst::max_header(name_size)) + 2 * ZSTD_CStreamOutSize();
}

Status TarZstWriter::begin(std::string_view name, std::uint64_t size, bryo::ArchiveBuffer& out) {
  BRYO_TRY(header, make_header(name, size));
  padding_ = padding(size);
  return encoder_.write(bryo::as_bytes(header), out);
}

Status TarZstWriter::content(bryo::BytesView bytes, bryo::ArchiveBuffer& out) { return encoder_.write(bytes, out); }

Status TarZstWriter::end(bryo::ArchiveBuffer& out) {
  const std::string zeros(padding_, '\0');
  return encoder_.write(bryo::as_bytes(zeros), out);
}

Status TarZstWriter::finish(bryo::ArchiveBuffer& out) {
  const std::string zeros(2 * kBlock, '\0');
  BRYO_CHECK(encoder_.write(bryo::as_bytes(zeros), out));
  return encoder_.finish(out);
}

}  // namespace tar_zst
