#include "gzip_pass.h"

#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <utility>

namespace bryo::tgz {
namespace {

constexpr std::size_t kReadAtOnce = 128 << 10;
constexpr std::size_t kZlibMost = 1 << 30;  // zlib counts in 32 bits
constexpr int kGzip = 15 + 16;              // zlib's way to ask for gzip headers and trailers
/// Checksum and size. As many bytes before the input stay where they are, so that all of it is at hand.
constexpr std::size_t kTrailer = 8;

Bytef* zlib_bytes(std::byte* bytes) { return reinterpret_cast<Bytef*>(bytes); }

std::uint32_t read_le32(const Bytef* bytes) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = value << 8 | bytes[i];
  return value;
}

}  // namespace

GzipPass::GzipPass(const OpenObject& archive, std::string_view label, std::uint64_t first_point, BlockVisitor visitor)
    : archive_(archive),
      label_(label),
      visitor_(std::move(visitor)),
      input_(std::make_unique<std::byte[]>(kTrailer + kReadAtOnce)),
      wanted_(first_point) {
  stream_.next_in = zlib_bytes(input_.get() + kTrailer);
  if (::inflateInit2(&stream_, kGzip) != Z_OK) throw std::bad_alloc();
  begin_member();
}
GzipPass::~GzipPass() { ::inflateEnd(&stream_); }

void GzipPass::begin_member() {
  ::inflateReset(&stream_);
  ::inflateValidate(&stream_, 0);  // compared in end_member
  member_start_ = position_;
  crc_ = 0;
}

Result<std::size_t> GzipPass::read(MutableBytes out) {
  std::size_t done = 0;
  while (done < out.size() && !ended_ && failed_) {
    const std::uint64_t before = position_;
    failed_ = inflate(out.subspan(done));
    done += static_cast<std::size_t>(position_ - before);
  }
  if (done == 0) BRYO_CHECK(failed_);
  return done;
}

Status GzipPass::inflate(MutableBytes out) {
  if (stream_.avail_in == 0) {
    BRYO_CHECK(fill());
    if (stream_.avail_in == 0) return damaged("is cut");
  }
  stream_.next_out = zlib_bytes(out.data());
  stream_.avail_out = static_cast<uInt>(std::min(out.size(), kZlibMost));
  const uInt room = stream_.avail_out;
  const bool stop = position_ >= wanted_;
  const int code = ::inflate(&stream_, stop ? Z_BLOCK : Z_NO_FLUSH);
  const std::size_t made = room - stream_.avail_out;
  crc_ = ::libdeflate_crc32(crc_, out.data(), made);
  position_ += made;
  if (code == Z_STREAM_END) return end_member();
  if (code != Z_OK && code != Z_BUF_ERROR) {
    return damaged(std::string("cannot be inflated (") + (stream_.msg != nullptr ? stream_.msg : "zlib") + ")");
  }
  return stop ? visit_block() : Status();
}

Status GzipPass::visit_block() {
  constexpr int kAtBlock = 128;
  constexpr int kLastBlock = 64;
  if ((stream_.data_type & kAtBlock) == 0 || (stream_.data_type & kLastBlock) != 0) return {};
  RestartPoint point{.decoded = position_,
                     .encoded = encoded(),
                     .bits = static_cast<std::uint8_t>(stream_.data_type & 7),
                     .window = std::vector<std::byte>(kWindow)};
  uInt size = kWindow;
  ::inflateGetDictionary(&stream_, zlib_bytes(point.window.data()), &size);
  point.window.resize(size);
  BRYO_TRY(next, visitor_(point));
  wanted_ = next;
  return {};
}

Status GzipPass::fill() {
  std::byte* const to = input_.get() + kTrailer;
  std::memmove(input_.get(), stream_.next_in - kTrailer, kTrailer);
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kReadAtOnce, archive_.size() - next_));
  if (size != 0) BRYO_CHECK(archive_.read_blocking(next_, {to, size}));
  next_ += size;
  stream_.next_in = zlib_bytes(to);
  stream_.avail_in = static_cast<uInt>(size);
  return {};
}

Status GzipPass::end_member() {
  const Bytef* const trailer = stream_.next_in - kTrailer;
  const std::uint64_t size = position_ - member_start_;
  if (read_le32(trailer) != crc_ || read_le32(trailer + 4) != static_cast<std::uint32_t>(size)) {
    wrong_from_ = member_start_;
    return Error(Errc::InvalidArgument, "gzip: invalid checksum: the content of " + label_ + " from " +
                                            std::to_string(member_start_) + " to " + std::to_string(position_) +
                                            " is damaged");
  }
  // Padding of zeros, as tapes have it.
  for (;;) {
    if (stream_.avail_in == 0) BRYO_CHECK(fill());
    if (stream_.avail_in == 0) {
      ended_ = true;
      return {};
    }
    if (*stream_.next_in != 0) break;
    ++stream_.next_in;
    --stream_.avail_in;
  }
  begin_member();
  return {};
}

Error GzipPass::damaged(const std::string& what) const {
  return Error(Errc::InvalidArgument,
               "unexpected EOF: " + label_ + " " + what + " at offset " + std::to_string(encoded()));
}

}  // namespace bryo::tgz
