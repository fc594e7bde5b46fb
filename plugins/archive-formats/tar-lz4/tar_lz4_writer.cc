#include "tar_lz4_writer.h"

#include <algorithm>
#include <new>
#include <string>

namespace bryo::tar_lz4 {
namespace {

/// Bounds what one call takes of the output buffer.
constexpr std::size_t kInputPiece = 1 << 20;

/// Runs `call` with `bound` bytes of room at the end of `out`, and keeps what it has written.
template <class Call>
Status append(ArchiveBuffer& out, std::size_t bound, Call call) {
  const std::size_t before = out.size();
  const MutableBytes room = out.grow(bound);
  const std::size_t written = call(room);
  const bool failed = LZ4F_isError(written) != 0;
  out.truncate(before + (failed ? 0 : written));
  if (failed) return Error(Errc::Internal, std::string("liblz4 cannot compress: ") + ::LZ4F_getErrorName(written));
  return {};
}

}  // namespace

TarLz4Writer::TarLz4Writer(int level) {
  preferences_.frameInfo.blockSizeID = LZ4F_max256KB;
  preferences_.frameInfo.blockMode = LZ4F_blockIndependent;
  preferences_.compressionLevel = level;
  LZ4F_cctx* made = nullptr;
  if (LZ4F_isError(::LZ4F_createCompressionContext(&made, LZ4F_VERSION)) != 0) throw std::bad_alloc();
  context_.reset(made);
}

std::size_t TarLz4Writer::max_header(std::size_t name_size) const noexcept {
  // The header may push out the block that the compressor still holds of content before it.
  return LZ4F_HEADER_SIZE_MAX + ::LZ4F_compressBound(tar_.max_header(name_size), &preferences_);
}

Status TarLz4Writer::begin(std::string_view name, std::uint64_t size, ArchiveBuffer& out) {
  BRYO_CHECK(tar_.begin(name, size, plain_));
  return pack_plain(out);
}

Status TarLz4Writer::content(BytesView bytes, ArchiveBuffer& out) { return pack(bytes, out); }

Status TarLz4Writer::end(ArchiveBuffer& out) {
  BRYO_CHECK(tar_.end(plain_));
  return pack_plain(out);
}

Status TarLz4Writer::finish(ArchiveBuffer& out) {
  BRYO_CHECK(tar_.finish(plain_));
  BRYO_CHECK(pack_plain(out));
  return append(out, ::LZ4F_compressBound(0, &preferences_), [&](MutableBytes room) {
    return ::LZ4F_compressEnd(context_.get(), room.data(), room.size(), nullptr);
  });
}

Status TarLz4Writer::begin_frame(ArchiveBuffer& out) {
  if (begun_) return {};
  begun_ = true;
  return append(out, LZ4F_HEADER_SIZE_MAX, [&](MutableBytes room) {
    return ::LZ4F_compressBegin(context_.get(), room.data(), room.size(), &preferences_);
  });
}

Status TarLz4Writer::pack_plain(ArchiveBuffer& out) {
  const Status done = pack(plain_.view(), out);
  plain_.clear();
  return done;
}

Status TarLz4Writer::pack(BytesView bytes, ArchiveBuffer& out) {
  BRYO_CHECK(begin_frame(out));
  while (!bytes.empty()) {
    const BytesView piece = bytes.first(std::min(bytes.size(), kInputPiece));
    bytes = bytes.subspan(piece.size());
    BRYO_CHECK(append(out, ::LZ4F_compressBound(piece.size(), &preferences_), [&](MutableBytes room) {
      return ::LZ4F_compressUpdate(context_.get(), room.data(), room.size(), piece.data(), piece.size(), nullptr);
    }));
  }
  return {};
}

}  // namespace bryo::tar_lz4
