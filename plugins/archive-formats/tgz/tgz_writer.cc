#include "tgz_writer.h"

#include <algorithm>
#include <new>
#include <string>

namespace bryo::tgz {
namespace {

constexpr std::size_t kOutput = 64 << 10;
constexpr int kGzipFile = 15 + 16;
constexpr int kMemory = 8;           // zlib's default
constexpr int kUnknownSystem = 255;  // so that the bytes are the same everywhere

}  // namespace

TgzWriter::TgzWriter(int level) {
  if (::deflateInit2(&stream_, level, Z_DEFLATED, kGzipFile, kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  header_.os = kUnknownSystem;
  ::deflateSetHeader(&stream_, &header_);
}
TgzWriter::~TgzWriter() { ::deflateEnd(&stream_); }

std::size_t TgzWriter::max_header(std::size_t name_size) const noexcept {
  // The header may push out what the compressor still holds of content before it.
  return ::compressBound(static_cast<uLong>(tar_.max_header(name_size))) + 2 * kOutput;
}

Status TgzWriter::begin(std::string_view name, std::uint64_t size, ArchiveBuffer& out) {
  BRYO_CHECK(tar_.begin(name, size, plain_));
  return deflate_plain(out);
}

Status TgzWriter::content(BytesView bytes, ArchiveBuffer& out) { return deflate(bytes, Z_NO_FLUSH, out); }

Status TgzWriter::end(ArchiveBuffer& out) {
  BRYO_CHECK(tar_.end(plain_));
  return deflate_plain(out);
}

Status TgzWriter::finish(ArchiveBuffer& out) {
  BRYO_CHECK(tar_.finish(plain_));
  const Status done = deflate(plain_.view(), Z_FINISH, out);
  plain_.clear();
  return done;
}

Status TgzWriter::deflate_plain(ArchiveBuffer& out) {
  const Status done = deflate(plain_.view(), Z_NO_FLUSH, out);
  plain_.clear();
  return done;
}

Status TgzWriter::deflate(BytesView bytes, int flush, ArchiveBuffer& out) {
  do {
    const BytesView piece = bytes.first(std::min<std::size_t>(bytes.size(), 1u << 30));
    bytes = bytes.subspan(piece.size());
    const int how = bytes.empty() ? flush : Z_NO_FLUSH;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(piece.data()));
    stream_.avail_in = static_cast<uInt>(piece.size());
    int code = Z_OK;
    do {
      const std::size_t before = out.size();
      const MutableBytes room = out.grow(kOutput);
      stream_.next_out = reinterpret_cast<Bytef*>(room.data());
      stream_.avail_out = static_cast<uInt>(room.size());
      code = ::deflate(&stream_, how);
      out.truncate(before + room.size() - stream_.avail_out);
      if (code == Z_STREAM_ERROR) return Error(Errc::Internal, "zlib cannot deflate: its state is damaged");
    } while (stream_.avail_out == 0 && code != Z_STREAM_END);
  } while (!bytes.empty());
  return {};
}

}  // namespace bryo::tgz
