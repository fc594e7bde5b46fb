#include "deflate_piece.h"

#include <isa-l/igzip_lib.h>
#include <zlib.h>

#include <array>
#include <new>
#include <string>
#include <utility>

namespace bryo::tgz {
namespace {

/// More memory than this many compressors is not kept.
constexpr std::size_t kKept = 16;
constexpr int kFastest = 1;
constexpr int kMostOfIsal = 3;
constexpr std::uint32_t kLevelMemory = ISAL_DEF_LVL3_LARGE;
static_assert(kLevelMemory >= ISAL_DEF_LVL1_LARGE && kLevelMemory >= ISAL_DEF_LVL2_LARGE);
constexpr int kRaw = -15;
constexpr int kMemory = 8;  // zlib's default

/// Without a name and a time, from no known system, so that the bytes are the same everywhere.
void append_header(int level, ArchiveBuffer& out) {
  constexpr std::size_t kEffort = 8;
  std::array<std::uint8_t, 10> header{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
  if (level <= kFastest) header[kEffort] = 4;
  if (level == Z_BEST_COMPRESSION) header[kEffort] = 2;
  out.append(std::as_bytes(std::span(header)));
}

void append_le32(std::uint32_t value, ArchiveBuffer& out) {
  for (int i = 0; i < 4; ++i, value >>= 8) out.grow(1)[0] = static_cast<std::byte>(value & 0xFF);
}

/// More than any content of this size becomes, with the end of a flush.
std::size_t bound_of(std::size_t size) { return ::compressBound(static_cast<uLong>(size)) + 1024; }

template <class Byte>
Byte* writable(BytesView bytes) {
  return reinterpret_cast<Byte*>(const_cast<std::byte*>(bytes.data()));
}

Status with_zlib(const DeflatePiece& piece, BytesView known, BytesView content, ArchiveBuffer& out) {
  z_stream stream{};
  if (::deflateInit2(&stream, piece.level, Z_DEFLATED, kRaw, kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  if (!known.empty()) ::deflateSetDictionary(&stream, writable<Bytef>(known), static_cast<uInt>(known.size()));
  const std::size_t before = out.size();
  const MutableBytes room = out.grow(bound_of(content.size()));
  stream.next_in = writable<Bytef>(content);
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(room.data());
  stream.avail_out = static_cast<uInt>(room.size());
  const int code = ::deflate(&stream, piece.last ? Z_FINISH : Z_SYNC_FLUSH);
  out.truncate(before + room.size() - stream.avail_out);
  const bool whole = code == (piece.last ? Z_STREAM_END : Z_OK) && stream.avail_in == 0 && stream.avail_out != 0;
  ::deflateEnd(&stream);
  return whole ? Status() : Error(Errc::Internal, "zlib cannot deflate: " + std::to_string(code));
}

}  // namespace

struct DeflatePool::Deflater {
  isal_zstream stream;
  std::array<std::uint8_t, kLevelMemory> memory;

  Status run(const DeflatePiece& piece, BytesView known, BytesView content, ArchiveBuffer& out) {
    ::isal_deflate_init(&stream);
    stream.level = static_cast<std::uint32_t>(piece.level);
    stream.level_buf = memory.data();
    stream.level_buf_size = kLevelMemory;
    int code = COMP_OK;
    if (!known.empty()) {
      code = ::isal_deflate_set_dict(&stream, writable<std::uint8_t>(known), static_cast<std::uint32_t>(known.size()));
    }
    const std::size_t before = out.size();
    const MutableBytes room = out.grow(bound_of(content.size()));
    stream.flush = piece.last ? NO_FLUSH : SYNC_FLUSH;
    stream.end_of_stream = piece.last ? 1 : 0;
    stream.next_in = writable<std::uint8_t>(content);
    stream.avail_in = static_cast<std::uint32_t>(content.size());
    stream.next_out = reinterpret_cast<std::uint8_t*>(room.data());
    stream.avail_out = static_cast<std::uint32_t>(room.size());
    if (code == COMP_OK) code = ::isal_deflate(&stream);
    out.truncate(before + room.size() - stream.avail_out);
    if (code == COMP_OK && stream.avail_in == 0 && stream.avail_out != 0) return {};
    return Error(Errc::Internal, "ISA-L cannot deflate: " + std::to_string(code));
  }
};

void DeflatePool::Free::operator()(Deflater* deflater) const noexcept { delete deflater; }

DeflatePool::Handle DeflatePool::take() {
  {
    const std::scoped_lock lock(mutex_);
    if (!free_.empty()) {
      Handle deflater = std::move(free_.back());
      free_.pop_back();
      return deflater;
    }
  }
  return Handle(new Deflater);
}

void DeflatePool::give_back(Handle deflater) {
  const std::scoped_lock lock(mutex_);
  if (free_.size() < kKept) free_.push_back(std::move(deflater));
}

Status DeflatePiece::compress(DeflatePool& pool, ArchiveBuffer& out) const {
  const BytesView before = bytes.view().first(known);
  const BytesView content = bytes.view().subspan(known);
  if (first) append_header(level, out);
  if (level >= kFastest && level <= kMostOfIsal) {
    auto deflater = pool.take();
    BRYO_CHECK(deflater->run(*this, before, content, out));
    pool.give_back(std::move(deflater));
  } else {
    BRYO_CHECK(with_zlib(*this, before, content, out));
  }
  if (last) {
    append_le32(crc, out);
    append_le32(static_cast<std::uint32_t>(total), out);
  }
  return {};
}

}  // namespace bryo::tgz
