#include "zip_member_stream.h"

#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

#include "zip_content.h"
#include "zip_end.h"

namespace bryo::zip {
namespace {

constexpr std::size_t kInput = 128 << 10;
/// Extra fields of a local header are seldom larger: header and content come with one read.
constexpr std::size_t kLikelyExtra = 64;
constexpr int kRaw = -15;

Bytef* writable(std::byte* bytes) { return reinterpret_cast<Bytef*>(bytes); }

}  // namespace

void MemberStream::Free::operator()(libdeflate_decompressor* inner) const noexcept {
  ::libdeflate_free_decompressor(inner);
}

MemberStream::MemberStream(const OpenObject& archive, std::string_view label)
    : archive_(archive), label_(label), whole_(::libdeflate_alloc_decompressor()) {
  if (!whole_) throw std::bad_alloc();
  if (::inflateInit2(&stream_, kRaw) != Z_OK) throw std::bad_alloc();
}
MemberStream::~MemberStream() { ::inflateEnd(&stream_); }

Status MemberStream::open(const Member& member) {
  member_ = &member;
  position_ = 0;
  crc_ = 0;
  ended_ = false;
  ::inflateReset(&stream_);
  // An index of long ago is not believed either.
  const std::size_t header = local_header_size(member.name);
  if (member.offset > archive_.size() || archive_.size() - member.offset < header) {
    return damaged("does not lie in the archive");
  }
  next_ = member.offset;
  end_ =
      member.offset + header + kLikelyExtra + std::min<std::uint64_t>(member.packed, archive_.size() - member.offset);
  end_ = std::min(end_, archive_.size());
  BRYO_CHECK(fill());
  const ContentPlace content = content_behind(input_.data(), member.name, member.kind);
  if (!content.why.empty()) return damaged(std::string(content.why));
  const std::uint64_t left = archive_.size() - member.offset;
  if (content.skip > left || member.packed > left - content.skip) return damaged("does not lie in the archive");
  const std::uint64_t begin = member.offset + content.skip;
  end_ = begin + member.packed;
  if (begin >= next_) {
    next_ = begin;
    stream_.avail_in = 0;
    return {};
  }
  const std::uint64_t have = std::min(next_, end_) - begin;
  next_ = begin + have;
  stream_.next_in = writable(input_.data() + content.skip);
  stream_.avail_in = static_cast<uInt>(have);
  return {};
}

Status MemberStream::fill() {
  const auto n = static_cast<std::size_t>(
      std::min<std::uint64_t>(std::max(kInput, local_header_size(member_->name)), end_ - next_));
  if (input_.size() < n) input_.resize(n);
  if (n != 0) BRYO_CHECK(archive_.read_blocking(next_, MutableBytes(input_).first(n)));
  next_ += n;
  stream_.next_in = writable(input_.data());
  stream_.avail_in = static_cast<uInt>(n);
  return {};
}

Status MemberStream::read(MutableBytes out) {
  if (!inflate_at_once(out)) {
    while (!out.empty()) BRYO_CHECK(member_->kind == kStoredMethod ? copy_some(out) : inflate_some(out));
  }
  return position_ == member_->size ? check_end() : Status{};
}

bool MemberStream::inflate_at_once(MutableBytes out) {
  if (member_->kind == kStoredMethod || position_ != 0 || next_ != end_ || out.size() != member_->size) return false;
  std::size_t made = 0;
  const auto result =
      ::libdeflate_deflate_decompress(whole_.get(), stream_.next_in, stream_.avail_in, out.data(), out.size(), &made);
  if (result != LIBDEFLATE_SUCCESS || made != out.size()) return false;
  crc_ = ::libdeflate_crc32(0, out.data(), made);
  position_ = made;
  ended_ = true;
  return true;
}

Status MemberStream::copy_some(MutableBytes& out) {
  if (stream_.avail_in == 0) BRYO_CHECK(fill());
  const std::size_t made = std::min<std::size_t>(out.size(), stream_.avail_in);
  if (made == 0) return damaged("ends before its content does");
  std::memcpy(out.data(), stream_.next_in, made);
  stream_.next_in += made;
  stream_.avail_in -= static_cast<uInt>(made);
  crc_ = ::libdeflate_crc32(crc_, out.data(), made);
  position_ += made;
  ended_ = position_ == member_->size;
  out = out.subspan(made);
  return {};
}

Status MemberStream::inflate_some(MutableBytes& out) {
  if (ended_) {
    return damaged("ends after " + std::to_string(position_) + " of its " + std::to_string(member_->size) + " bytes");
  }
  if (stream_.avail_in == 0) BRYO_CHECK(fill());
  const bool starved = stream_.avail_in == 0;
  stream_.next_out = writable(out.data());
  stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(out.size(), 1u << 30));
  const uInt room = stream_.avail_out;
  const int code = ::inflate(&stream_, Z_NO_FLUSH);
  const std::size_t made = room - stream_.avail_out;
  crc_ = ::libdeflate_crc32(crc_, out.data(), made);
  position_ += made;
  out = out.subspan(made);
  ended_ = code == Z_STREAM_END;
  if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
    return damaged(std::string("cannot be inflated (") + (stream_.msg != nullptr ? stream_.msg : "zlib") + ")");
  }
  if (starved && made == 0 && !ended_) return damaged("ends before its content does");
  return {};
}

Status MemberStream::check_end() {
  const std::uint32_t crc = crc_;
  while (!ended_) {
    std::array<std::byte, 1> surplus;
    MutableBytes room(surplus);
    BRYO_CHECK(inflate_some(room));
    if (room.empty()) return damaged("is larger than its " + std::to_string(member_->size) + " bytes");
  }
  if (crc == member_->check) return {};
  return damaged("does not have the checksum that the directory says");
}

Error MemberStream::damaged(const std::string& what) const {
  return not_a_zip("member \"" + std::string(member_->name) + "\" of " + std::string(label_), what);
}

}  // namespace bryo::zip
