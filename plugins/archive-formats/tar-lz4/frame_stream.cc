#include "frame_stream.h"

#include <lz4.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace bryo::tar_lz4 {
namespace {

constexpr std::uint32_t kRawBlock = 0x80000000;
constexpr std::size_t kChecksum = 4;
/// Linked blocks are written one behind the other, so that the window is moved once in this many bytes.
constexpr std::size_t kLinkedOutput = 512 << 10;

}  // namespace

FrameStream::FrameStream(const OpenObject& archive, std::string_view label, BlockVisitor visitor)
    : input_(archive), label_(label), visitor_(std::move(visitor)), hash_(::XXH32_createState()) {
  if (!hash_) throw std::bad_alloc();
}

Status FrameStream::restart(const BlockPlace& place, BytesView window) {
  if (!place.frame.valid() || window.size() > kWindow) {
    return Error(Errc::InvalidArgument, "a place to begin in the index of " + label_ + " is damaged");
  }
  begin_frame(place.frame);
  from_start_ = false;
  first_frame_ = false;
  state_ = State::InFrame;
  input_.seek(place.encoded);
  if (!window.empty()) std::memcpy(output_.get(), window.data(), window.size());
  used_ = window.size();
  position_ = block_start_ = place.decoded;
  block_ = {};
  return {};
}

void FrameStream::rewind() {
  state_ = State::Between;
  first_frame_ = true;
  input_.seek(0);
  position_ = block_start_ = 0;
  block_ = {};
}

bool FrameStream::move_to(std::uint64_t decoded) {
  if (decoded < block_start_ || decoded - block_start_ > block_.size()) return false;
  position_ = decoded;
  return true;
}

Result<BytesView> FrameStream::next(std::size_t n) {
  while (position_ - block_start_ == block_.size()) {
    BRYO_TRY(more, next_block());
    if (!more) return BytesView();
  }
  const BytesView rest = block_.subspan(static_cast<std::size_t>(position_ - block_start_));
  const BytesView bytes = rest.first(std::min(n, rest.size()));
  position_ += bytes.size();
  return bytes;
}

Result<std::uint64_t> FrameStream::skip(std::uint64_t n) {
  std::uint64_t done = 0;
  while (done < n) {
    BRYO_TRY(bytes, next(static_cast<std::size_t>(std::min<std::uint64_t>(n - done, SIZE_MAX))));
    if (bytes.empty()) break;
    done += bytes.size();
  }
  return done;
}

Result<bool> FrameStream::next_block() {
  while (state_ != State::Ended) {
    if (state_ == State::Between) {
      BRYO_CHECK(frame_header());
      continue;
    }
    const BlockPlace place{.decoded = position_, .encoded = input_.position(), .frame = frame_};
    BRYO_TRY(word, take(sizeof(std::uint32_t)));
    const std::uint32_t size = read_le32(word.data());
    if (size == 0) {
      BRYO_CHECK(frame_end());
      continue;
    }
    const std::size_t packed = size & ~kRawBlock;
    if (packed > frame_.max_block()) {
      input_.seek(place.encoded);
      return damaged("a block is larger than its frame allows");
    }
    if (visitor_) BRYO_CHECK(visitor_(place, frame_.linked() ? window() : BytesView()));
    BRYO_TRY(bytes, take(packed + (frame_.block_checksums() ? kChecksum : 0)));
    const BytesView content = bytes.first(packed);
    if (frame_.block_checksums() && ::XXH32(content.data(), packed, 0) != read_le32(bytes.data() + packed)) {
      input_.seek(place.encoded);
      return damaged("a block does not match its checksum");
    }
    if (!decode(content, (size & kRawBlock) != 0)) {
      input_.seek(place.encoded);
      return damaged("a block cannot be decoded");
    }
    return true;
  }
  return false;
}

bool FrameStream::decode(BytesView packed, bool raw) {
  block_ = {};
  block_start_ = position_;
  std::byte* to = room();
  int size = static_cast<int>(packed.size());
  if (raw) {
    if (!packed.empty()) std::memcpy(to, packed.data(), packed.size());
  } else {
    const BytesView before = frame_.linked() ? window() : BytesView();
    size =
        ::LZ4_decompress_safe_usingDict(reinterpret_cast<const char*>(packed.data()), reinterpret_cast<char*>(to), size,
                                        static_cast<int>(frame_.max_block()),
                                        reinterpret_cast<const char*>(before.data()), static_cast<int>(before.size()));
    if (size < 0) return false;
  }
  block_ = BytesView(to, static_cast<std::size_t>(size));
  used_ += block_.size();
  if (from_start_ && frame_.content_checksum()) ::XXH32_update(hash_.get(), block_.data(), block_.size());
  return true;
}

Status FrameStream::frame_header() {
  if (input_.left() == 0 && !first_frame_) {
    state_ = State::Ended;
    return {};
  }
  const std::uint64_t start = input_.position();
  BRYO_TRY(word, take(sizeof(std::uint32_t)));
  const std::uint32_t magic = read_le32(word.data());
  if ((magic & ~0xFu) == kSkippableMagic) {
    BRYO_TRY(size, take(sizeof(std::uint32_t)));
    const std::uint32_t content = read_le32(size.data());
    if (content > input_.left()) return cut();
    input_.skip(content);
    first_frame_ = false;
    return {};
  }
  input_.seek(start);
  if (magic == kLegacyMagic) {
    return refused("is an lz4 frame of the old kind (lz4 -l)", "decode it with lz4 -d and pack it again");
  }
  if (magic != kFrameMagic) return damaged("no lz4 frame begins here");
  BRYO_TRY(least, input_.peek(kMinFrameHeader));
  const std::size_t size = least ? frame_header_size(*least) : kMinFrameHeader;
  BRYO_TRY(bytes, input_.peek(size));
  if (!bytes) return cut();
  const auto header = parse_frame_header(*bytes);
  if (!header) return damaged("the header of an lz4 frame is wrong (" + std::string(header.error().message()) + ")");
  if (header->descriptor.dictionary()) {
    return refused("needs a dictionary (lz4 -D)", "pack it again without one");
  }
  input_.skip(size);
  begin_frame(header->descriptor);
  content_size_ = header->content_size;
  frame_start_ = position_;
  from_start_ = true;
  first_frame_ = false;
  ::XXH32_reset(hash_.get(), 0);
  state_ = State::InFrame;
  return {};
}

Status FrameStream::frame_end() {
  state_ = State::Between;
  if (from_start_ && content_size_ && *content_size_ != position_ - frame_start_) {
    wrong_from_ = frame_start_;
    return damaged("a frame has " + std::to_string(position_ - frame_start_) + " bytes and should have " +
                   std::to_string(*content_size_));
  }
  if (!frame_.content_checksum()) return {};
  BRYO_TRY(bytes, take(kChecksum));
  if (from_start_ && ::XXH32_digest(hash_.get()) != read_le32(bytes.data())) {
    wrong_from_ = frame_start_;
    return damaged("the content of a frame does not match its checksum");
  }
  return {};
}

Result<BytesView> FrameStream::take(std::size_t n) {
  BRYO_TRY(bytes, input_.peek(n));
  if (!bytes) return cut();
  input_.skip(n);
  return *bytes;
}

void FrameStream::begin_frame(const FrameDescriptor& frame) {
  frame_ = frame;
  used_ = 0;
  const std::size_t needed = frame.linked() ? kWindow + std::max(frame.max_block(), kLinkedOutput) : frame.max_block();
  if (needed <= capacity_) return;
  output_ = std::make_unique_for_overwrite<std::byte[]>(needed);
  capacity_ = needed;
  block_ = {};
  block_start_ = position_;
}

std::byte* FrameStream::room() {
  if (!frame_.linked()) {
    used_ = 0;
  } else if (capacity_ - used_ < frame_.max_block()) {
    const BytesView keep = window();
    std::memmove(output_.get(), keep.data(), keep.size());
    used_ = keep.size();
  }
  return output_.get() + used_;
}

BytesView FrameStream::window() const noexcept {
  const std::size_t size = std::min(used_, kWindow);
  return {output_.get() + (used_ - size), size};
}

Error FrameStream::cut() const {
  return Error(Errc::InvalidArgument,
               "unexpected EOF: " + label_ + " is cut at offset " + std::to_string(input_.position()));
}

Error FrameStream::damaged(const std::string& what) const {
  return Error(Errc::InvalidArgument,
               "lz4: " + label_ + " is damaged at offset " + std::to_string(input_.position()) + ": " + what);
}

Error FrameStream::refused(const std::string& what, const std::string& way_out) const {
  return Error(Errc::InvalidArgument, "lz4: what " + label_ + " has at offset " + std::to_string(input_.position()) +
                                          " " + what + ", which is not read: " + way_out);
}

}  // namespace bryo::tar_lz4
