#include "inflate_stream.h"

#include <algorithm>
#include <new>
#include <utility>

namespace bryo::tgz {
namespace {

constexpr std::size_t kInput = 128 << 10;
constexpr std::size_t kDrop = 64 << 10;
constexpr std::size_t kWindow = 32 << 10;
constexpr int kGzip = 15 + 16;  // zlib's way to ask for gzip headers and trailers
constexpr int kRaw = -15;
constexpr std::size_t kTrailer = 8;

Bytef* writable(std::byte* bytes) { return reinterpret_cast<Bytef*>(bytes); }

}  // namespace

InflateStream::InflateStream(const OpenObject& archive, std::string_view label) : archive_(archive), label_(label) {
  if (::inflateInit2(&stream_, kGzip) != Z_OK) throw std::bad_alloc();
}
InflateStream::~InflateStream() { ::inflateEnd(&stream_); }

Status InflateStream::restart(const RestartPoint& point) {
  next_ = point.encoded - (point.bits != 0 ? 1 : 0);
  stream_.avail_in = 0;
  position_ = point.decoded;
  point_.reset();
  ::inflateReset2(&stream_, kRaw);
  state_ = State::RawMember;
  if (point.bits != 0) {
    BRYO_CHECK(fill());
    if (stream_.avail_in == 0) return damaged("is cut");
    ::inflatePrime(&stream_, point.bits, *stream_.next_in >> (8 - point.bits));
    ++stream_.next_in;
    --stream_.avail_in;
  }
  if (!point.window.empty()) {
    ::inflateSetDictionary(&stream_, reinterpret_cast<const Bytef*>(point.window.data()),
                           static_cast<uInt>(point.window.size()));
  }
  return {};
}

Status InflateStream::rewind() {
  next_ = 0;
  stream_.avail_in = 0;
  position_ = 0;
  point_.reset();
  ::inflateReset2(&stream_, kGzip);
  state_ = State::Header;
  return {};
}

Result<std::size_t> InflateStream::read(MutableBytes out) {
  std::size_t done = 0;
  while (done < out.size() && state_ != State::Ended) {
    if (stream_.avail_in == 0) {
      BRYO_CHECK(fill());
      if (stream_.avail_in == 0) return damaged("is cut");
    }
    stream_.next_out = writable(out.data() + done);
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(out.size() - done, 1u << 30));
    const uInt room = stream_.avail_out;
    const bool stop = wanted_ && position_ >= *wanted_;
    const int code = ::inflate(&stream_, stop ? Z_BLOCK : Z_NO_FLUSH);
    done += room - stream_.avail_out;
    position_ += room - stream_.avail_out;
    if (code == Z_STREAM_END) {
      BRYO_CHECK(next_member());
      continue;
    }
    if (code != Z_OK && code != Z_BUF_ERROR) {
      return damaged(std::string("cannot be inflated (") + (stream_.msg != nullptr ? stream_.msg : "zlib") + ")");
    }
    state_ = state_ == State::Header ? State::Member : state_;
    constexpr int kAtBlock = 128;
    constexpr int kLastBlock = 64;
    if (stop && (stream_.data_type & kAtBlock) != 0 && (stream_.data_type & kLastBlock) == 0) {
      RestartPoint point{.decoded = position_,
                         .encoded = encoded(),
                         .bits = static_cast<std::uint8_t>(stream_.data_type & 7),
                         .window = std::vector<std::byte>(kWindow)};
      uInt size = kWindow;
      ::inflateGetDictionary(&stream_, writable(point.window.data()), &size);
      point.window.resize(size);
      point_ = std::move(point);
      wanted_.reset();
    }
  }
  return done;
}

Result<std::uint64_t> InflateStream::skip(std::uint64_t n) {
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

Status InflateStream::fill() {
  input_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kInput, archive_.size() - next_)));
  if (!input_.empty()) BRYO_CHECK(archive_.read_blocking(next_, input_));
  next_ += input_.size();
  stream_.next_in = writable(input_.data());
  stream_.avail_in = static_cast<uInt>(input_.size());
  return {};
}

Status InflateStream::next_member() {
  // Without a gzip header zlib leaves the trailer where it is.
  for (std::size_t left = state_ == State::RawMember ? kTrailer : 0; left != 0;) {
    if (stream_.avail_in == 0) {
      BRYO_CHECK(fill());
      if (stream_.avail_in == 0) return damaged("is cut");
    }
    const auto step = static_cast<uInt>(std::min<std::size_t>(left, stream_.avail_in));
    stream_.next_in += step;
    stream_.avail_in -= step;
    left -= step;
  }
  // Padding of zeros, as tapes have it.
  for (;;) {
    if (stream_.avail_in == 0) BRYO_CHECK(fill());
    if (stream_.avail_in == 0) {
      state_ = State::Ended;
      return {};
    }
    if (*stream_.next_in != 0) break;
    ++stream_.next_in;
    --stream_.avail_in;
  }
  ::inflateReset2(&stream_, kGzip);
  state_ = State::Header;
  return {};
}

Error InflateStream::damaged(const std::string& what) const {
  return Error(Errc::InvalidArgument,
               "unexpected EOF: " + label_ + " " + what + " at offset " + std::to_string(encoded()));
}

}  // namespace bryo::tgz
