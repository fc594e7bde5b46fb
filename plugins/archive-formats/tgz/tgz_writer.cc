#include "tgz_writer.h"

#include <libdeflate.h>

#include <algorithm>
#include <utility>

#include "restart_points.h"

namespace bryo::tgz {
namespace {

/// Of content. What a piece costs by itself (a block's codes, the end of a flush) is below 1 % of it.
constexpr std::size_t kPieceSize = 128 << 10;
constexpr std::size_t kHeaders = 16 << 10;

std::unique_ptr<DeflatePiece> new_piece(int level) {
  auto piece = std::make_unique<DeflatePiece>();
  piece->level = level;
  piece->bytes.reserve(kWindow + kPieceSize + kHeaders);
  return piece;
}

}  // namespace

TgzWriter::TgzWriter(int level, std::shared_ptr<DeflatePool> pool, std::unique_ptr<tar::CarriedTar> carried)
    : level_(level), pool_(std::move(pool)), carried_(std::move(carried)), open_(new_piece(level)) {
  open_->first = true;
}

Result<bool> TgzWriter::carry_over(ArchiveBuffer& out) {
  if (!carried_) return false;
  BRYO_TRY(bytes, carried_->next());
  if (bytes.empty()) carried_.reset();
  BRYO_CHECK(content(bytes, out));
  return carried_ != nullptr;
}

Status TgzWriter::begin(std::string_view name, std::uint64_t size, ArchiveBuffer&) {
  BRYO_CHECK(tar_.begin(name, size, open_->bytes));
  cut_if_full();
  return {};
}

Status TgzWriter::content(BytesView bytes, ArchiveBuffer&) {
  while (!bytes.empty()) {
    const std::size_t filled = open_->bytes.size() - open_->known;
    const BytesView some = bytes.first(std::min(bytes.size(), kPieceSize - filled));
    open_->bytes.append(some);
    bytes = bytes.subspan(some.size());
    cut_if_full();
  }
  return {};
}

Status TgzWriter::end(ArchiveBuffer&) {
  BRYO_CHECK(tar_.end(open_->bytes));
  cut_if_full();
  return {};
}

Status TgzWriter::finish(ArchiveBuffer&) {
  BRYO_CHECK(tar_.finish(open_->bytes));
  cut(true);
  return {};
}

ArchivePiece TgzWriter::next_piece() {
  if (pieces_.empty()) return {};
  ArchivePiece next = std::move(pieces_.front());
  pieces_.pop_front();
  return next;
}

void TgzWriter::cut_if_full() {
  if (open_->bytes.size() - open_->known >= kPieceSize) cut(false);
}

void TgzWriter::cut(bool last) {
  const BytesView content = open_->bytes.view().subspan(open_->known);
  crc_ = ::libdeflate_crc32(crc_, content.data(), content.size());
  total_ += content.size();
  open_->last = last;
  open_->crc = crc_;
  open_->total = total_;
  auto next = new_piece(level_);
  next->known = std::min(kWindow, open_->bytes.size());
  next->bytes.append(open_->bytes.view().last(next->known));
  std::shared_ptr<const DeflatePiece> whole = std::exchange(open_, std::move(next));
  pieces_.emplace_back(
      [whole = std::move(whole), pool = pool_](ArchiveBuffer& out) { return whole->compress(*pool, out); });
}

}  // namespace bryo::tgz
