#include "inflate_stream.h"

#include <isa-l/igzip_lib.h>

#include <algorithm>

namespace bryo::tgz {
namespace {

constexpr std::size_t kEncodedPiece = 128 << 10;
constexpr std::size_t kDecodedPiece = 128 << 10;
constexpr std::size_t kIsalMost = 1 << 30;  // ISA-L counts in 32 bits
constexpr std::uint64_t kChecksumAndSize = 8;

std::uint8_t* isal_bytes(std::byte* bytes) { return reinterpret_cast<std::uint8_t*>(bytes); }

}  // namespace

InflateStream::InflateStream(const OpenObject& archive, std::string_view label)
    : archive_(archive),
      label_(label),
      state_(std::make_unique_for_overwrite<inflate_state>()),
      input_(std::make_unique_for_overwrite<std::byte[]>(kEncodedPiece)) {
  ::isal_inflate_init(state_.get());
  rewind();
}
InflateStream::~InflateStream() = default;

void InflateStream::rewind() {
  seek(0);
  position_ = 0;
  at_ = At::Header;
}

void InflateStream::seek(std::uint64_t encoded) {
  ::isal_inflate_reset(state_.get());
  state_->next_in = isal_bytes(input_.get());
  state_->avail_in = 0;
  next_ = encoded;
}

Status InflateStream::restart(const RestartPoint& point) {
  const std::uint64_t begin = point.encoded - (point.bits != 0 ? 1 : 0);
  if (begin > archive_.size()) return damaged("has a restart point behind its end");
  seek(begin);
  position_ = point.decoded;
  at_ = At::Deflate;
  if (!point.window.empty()) {
    auto* const window = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(point.window.data()));
    ::isal_inflate_set_dict(state_.get(), window, static_cast<std::uint32_t>(point.window.size()));
  }
  if (point.bits == 0) return {};
  BRYO_CHECK(fill());
  if (state_->avail_in == 0) return damaged("is cut");
  state_->read_in = *state_->next_in >> (8 - point.bits);
  state_->read_in_length = point.bits;
  ++state_->next_in;
  --state_->avail_in;
  return {};
}

Result<std::size_t> InflateStream::read(MutableBytes out) {
  std::size_t done = 0;
  while (done < out.size() && at_ != At::Ended) {
    if (at_ == At::Header) {
      BRYO_CHECK(read_header());
    } else if (at_ == At::Trailer) {
      BRYO_CHECK(read_trailer());
    } else {
      BRYO_TRY(made, inflate(out.subspan(done)));
      done += made;
      position_ += made;
    }
  }
  return done;
}

Result<std::uint64_t> InflateStream::skip(std::uint64_t n) {
  if (n != 0 && !dropped_) dropped_ = std::make_unique_for_overwrite<std::byte[]>(kDecodedPiece);
  std::uint64_t done = 0;
  while (done < n) {
    const MutableBytes piece(dropped_.get(),
                             static_cast<std::size_t>(std::min<std::uint64_t>(n - done, kDecodedPiece)));
    BRYO_TRY(count, read(piece));
    done += count;
    if (count < piece.size()) break;
  }
  return done;
}

Result<std::size_t> InflateStream::inflate(MutableBytes out) {
  if (state_->avail_in == 0) BRYO_CHECK(fill());
  const bool last = state_->avail_in == 0;
  const auto room = static_cast<std::uint32_t>(std::min(out.size(), kIsalMost));
  state_->next_out = isal_bytes(out.data());
  state_->avail_out = room;
  const int code = ::isal_inflate(state_.get());
  if (code < 0) return damaged("cannot be inflated (igzip " + std::to_string(code) + ")");
  const std::size_t made = room - state_->avail_out;
  if (state_->block_state == ISAL_BLOCK_FINISH) {
    unread();
    at_ = At::Trailer;
  } else if (last && made == 0) {
    return damaged("is cut");
  }
  return made;
}

void InflateStream::unread() {
  const std::uint32_t whole = static_cast<std::uint32_t>(state_->read_in_length) / 8;
  const auto passed = static_cast<std::uint64_t>(state_->next_in - isal_bytes(input_.get()));
  if (whole <= passed) {
    state_->next_in -= whole;
    state_->avail_in += whole;
    state_->read_in_length = 0;
    state_->read_in = 0;
  } else {
    seek(encoded() - whole);
  }
}

Status InflateStream::read_trailer() {
  for (std::uint64_t left = kChecksumAndSize; left != 0;) {
    if (state_->avail_in == 0) BRYO_CHECK(fill());
    if (state_->avail_in == 0) return damaged("is cut");
    const auto step = static_cast<std::uint32_t>(std::min<std::uint64_t>(left, state_->avail_in));
    state_->next_in += step;
    state_->avail_in -= step;
    left -= step;
  }
  for (;;) {
    if (state_->avail_in == 0) BRYO_CHECK(fill());
    at_ = state_->avail_in == 0 ? At::Ended : At::Header;
    if (state_->avail_in == 0 || *state_->next_in != 0) return {};
    ++state_->next_in;
    --state_->avail_in;
  }
}

Status InflateStream::read_header() {
  ::isal_inflate_reset(state_.get());
  isal_gzip_header header{};
  ::isal_gzip_header_init(&header);
  for (;;) {
    if (state_->avail_in == 0) BRYO_CHECK(fill());
    if (state_->avail_in == 0) return damaged("is cut");
    const int code = ::isal_read_gzip_header(state_.get(), &header);
    if (code == ISAL_DECOMP_OK) break;
    if (code != ISAL_END_INPUT) return damaged("has no gzip header (igzip " + std::to_string(code) + ")");
  }
  at_ = At::Deflate;
  return {};
}

Status InflateStream::fill() {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kEncodedPiece, archive_.size() - next_));
  if (size != 0) BRYO_CHECK(archive_.read_blocking(next_, {input_.get(), size}));
  next_ += size;
  state_->next_in = isal_bytes(input_.get());
  state_->avail_in = static_cast<std::uint32_t>(size);
  return {};
}

std::uint64_t InflateStream::encoded() const noexcept { return next_ - state_->avail_in; }

Error InflateStream::damaged(const std::string& what) const {
  return Error(Errc::InvalidArgument,
               "unexpected EOF: " + label_ + " " + what + " at offset " + std::to_string(encoded()));
}

}  // namespace bryo::tgz
