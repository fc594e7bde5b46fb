#include "tar_lz4_writer.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "block_encoder.h"

namespace bryo::tar_lz4 {

Result<bool> TarLz4Writer::carry_over(ArchiveBuffer& out) {
  if (!carried_) return false;
  BRYO_TRY(bytes, carried_->next());
  if (bytes.empty()) carried_.reset();
  BRYO_CHECK(content(bytes, out));
  return carried_ != nullptr;
}

Status TarLz4Writer::begin(std::string_view name, std::uint64_t size, ArchiveBuffer&) {
  BRYO_CHECK(tar_.begin(name, size, open_));
  cut_blocks();
  return {};
}

Status TarLz4Writer::content(BytesView bytes, ArchiveBuffer&) {
  while (!bytes.empty()) {
    const BytesView some = bytes.first(std::min(bytes.size(), kBlockSize - open_.size()));
    open_.append(some);
    bytes = bytes.subspan(some.size());
    cut_blocks();
  }
  return {};
}

Status TarLz4Writer::end(ArchiveBuffer&) {
  BRYO_CHECK(tar_.end(open_));
  cut_blocks();
  return {};
}

Status TarLz4Writer::finish(ArchiveBuffer&) {
  BRYO_CHECK(tar_.finish(open_));
  cut_blocks();
  cut(true);
  return {};
}

ArchivePiece TarLz4Writer::next_piece() {
  if (pieces_.empty()) return {};
  ArchivePiece next = std::move(pieces_.front());
  pieces_.pop_front();
  return next;
}

void TarLz4Writer::cut_blocks() {
  while (open_.size() >= kBlockSize) cut(false);
}

void TarLz4Writer::cut(bool last) {
  auto block = std::make_shared<ArchiveBuffer>(std::exchange(open_, ArchiveBuffer(kBlockSize + kHeaders)));
  // A header of TAR may go beyond the block.
  const std::size_t size = std::min(block->size(), kBlockSize);
  open_.append(block->view().subspan(size));
  block->truncate(size);
  const bool first = !std::exchange(begun_, true);
  pieces_.emplace_back([block = std::move(block), level = level_, first, last](ArchiveBuffer& out) -> Status {
    if (first) append_frame_header(out);
    if (!block->empty()) append_block(block->view(), level, out);
    if (last) append_frame_end(out);
    return {};
  });
}

}  // namespace bryo::tar_lz4
