#include "zstd_stream.h"

#include <algorithm>
#include <new>

namespace tar_zst {

using bryo::BytesView;
using bryo::Errc;
using bryo::Error;
using bryo::MutableBytes;
using bryo::Result;
using bryo::Status;

namespace {

constexpr std::size_t kInput = 128 << 10;
constexpr std::size_t kDrop = 64 << 10;

template <class Context>
Context* allocated(Context* context) {
  if (context == nullptr) throw std::bad_alloc();
  return context;
}

}  // namespace

Decoder::Decoder(const bryo::OpenObject& object, std::string_view label, int window_log)
    : object_(object), label_(label), context_(allocated(ZSTD_createDCtx())) {
  ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, window_log);
}

void Decoder::seek(std::uint64_t encoded, std::uint64_t decoded) {
  ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
  input_.clear();
  used_ = 0;
  next_ = encoded;
  between_frames_ = true;
  position_ = decoded;
  frame_ = {.encoded = encoded, .decoded = decoded};
}

Result<std::size_t> Decoder::read(MutableBytes out) {
  ZSTD_outBuffer into{.dst = out.data(), .size = out.size(), .pos = 0};
  while (into.pos < into.size) {
    if (used_ == input_.size()) {
      BRYO_CHECK(fill());
      if (input_.empty() && !between_frames_) return damaged("is cut");
      if (input_.empty()) break;
    }
    if (between_frames_) frame_ = {.encoded = next_ - (input_.size() - used_), .decoded = position_ + into.pos};
    ZSTD_inBuffer from{.src = input_.data(), .size = input_.size(), .pos = used_};
    const std::size_t left = ZSTD_decompressStream(context_.get(), &into, &from);
    used_ = from.pos;
    if (ZSTD_isError(left) != 0) return damaged(std::string("cannot be decoded (") + ZSTD_getErrorName(left) + ")");
    between_frames_ = left == 0;
  }
  position_ += into.pos;
  return into.pos;
}

Result<std::uint64_t> Decoder::skip(std::uint64_t n) {
  dropped_.resize(kDrop);
  std::uint64_t done = 0;
  while (done < n) {
    const auto piece = MutableBytes(dropped_).first(static_cast<std::size_t>(std::min<std::uint64_t>(n - done, kDrop)));
    BRYO_TRY(count, read(piece));
    done += count;
    if (count < piece.size()) break;
  }
  return done;
}

Status Decoder::fill() {
  input_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kInput, object_.size() - next_)));
  used_ = 0;
  if (!input_.empty()) BRYO_CHECK(object_.read_blocking(next_, input_));
  next_ += input_.size();
  return {};
}

Error Decoder::damaged(const std::string& what) const {
  const auto at = next_ - (input_.size() - used_);
  return Error(Errc::InvalidArgument, "unexpected EOF: " + label_ + " " + what + " at offset " + std::to_string(at));
}

Encoder::Encoder(int level, std::uint64_t frame_size)
    : context_(allocated(ZSTD_createCCtx())), frame_size_(frame_size) {
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
}

Status Encoder::write(BytesView bytes, bryo::ArchiveBuffer& out) {
  while (!bytes.empty()) {
    const auto piece =
        bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), frame_size_ - in_frame_)));
    in_frame_ += piece.size();
    const bool full = in_frame_ == frame_size_;
    BRYO_CHECK(run(piece, full ? ZSTD_e_end : ZSTD_e_continue, out));
    if (full) in_frame_ = 0;
    bytes = bytes.subspan(piece.size());
  }
  return {};
}

Status Encoder::finish(bryo::ArchiveBuffer& out) {
  if (in_frame_ == 0) return {};
  in_frame_ = 0;
  return run({}, ZSTD_e_end, out);
}

Status Encoder::run(BytesView bytes, ZSTD_EndDirective end, bryo::ArchiveBuffer& out) {
  ZSTD_inBuffer from{.src = bytes.data(), .size = bytes.size(), .pos = 0};
  for (;;) {
    const std::size_t before = out.size();
    const MutableBytes room = out.grow(ZSTD_CStreamOutSize());
    ZSTD_outBuffer into{.dst = room.data(), .size = room.size(), .pos = 0};
    const std::size_t left = ZSTD_compressStream2(context_.get(), &into, &from, end);
    out.truncate(before + into.pos);
    if (ZSTD_isError(left) != 0) {
      return Error(Errc::Internal, std::string("zstd cannot encode: ") + ZSTD_getErrorName(left));
    }
    if (end == ZSTD_e_end ? left == 0 : from.pos == from.size) return {};
  }
}

}  // namespace tar_zst
