#include <kernel/object/archive_output.h>

namespace bryo::kernel {

Status ArchiveOutput::begin(std::string_view name, std::uint64_t size) {
  BRYO_CHECK(writer_->begin(name, size, bytes_));
  return take_pieces();
}

Status ArchiveOutput::content(BytesView bytes) {
  if (bytes.empty()) return {};
  if (!verbatim()) BRYO_CHECK(writer_->content(bytes, bytes_));
  if (!compresses()) bytes_.append(bytes);
  return take_pieces();
}

Status ArchiveOutput::end() {
  BRYO_CHECK(writer_->end(bytes_));
  return take_pieces();
}

Status ArchiveOutput::finish() {
  BRYO_CHECK(writer_->finish(bytes_));
  return take_pieces();
}

Status ArchiveOutput::take_pieces() {
  while (const ArchivePiece piece = writer_->next_piece()) BRYO_CHECK(piece(bytes_));
  return {};
}

}  // namespace bryo::kernel
