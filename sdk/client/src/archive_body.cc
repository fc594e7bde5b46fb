#include <bryo/client/archive_body.h>

#include <algorithm>
#include <cstring>

namespace bryo::client {
namespace {

constexpr std::size_t kReadSize = std::size_t{128} << 10;

}  // namespace

ArchiveBody::ArchiveBody(ArchiveFormat format, ArchiveMembers& members)
    : format_(format), members_(members), buffer_(kReadSize, '\0') {}

Status ArchiveBody::rewind() {
  pending_.clear();
  writer_ = make_archive_writer(pending_, format_);
  current_.reset();
  left_ = 0;
  finished_ = false;
  return members_.rewind();
}

Result<std::size_t> ArchiveBody::read(std::span<std::byte> out) {
  if (!writer_) BRYO_CHECK(rewind());
  while (true) {
    if (const auto n = pending_.take(out); n > 0 || finished_) return n;
    BRYO_CHECK(step());
  }
}

/// A little further: a piece of the current member, or the next one, or the end of the archive.
Status ArchiveBody::step() {
  if (!current_) return open_next();
  const std::span room(reinterpret_cast<std::byte*>(buffer_.data()), buffer_.size());
  BRYO_TRY(n, members_.read(room));
  if (n > left_) {
    return Error(Errc::Io, current_->name + " has more than its " + std::to_string(current_->size) +
                               " bytes: it changed while it was read");
  }
  left_ -= n;
  if (n > 0) return writer_->write(room.first(n));
  if (left_ > 0) {
    return Error(Errc::Io,
                 current_->name + " ended " + std::to_string(left_) + " bytes early: it changed while it was read");
  }
  current_.reset();
  return {};
}

Status ArchiveBody::open_next() {
  BRYO_TRY(member, members_.next());
  if (!member) {
    finished_ = true;
    return writer_->finish();
  }
  BRYO_CHECK(writer_->begin(member->name, member->size));
  left_ = member->size;
  current_ = std::move(*member);
  return {};
}

Status ArchiveBody::Pending::write(std::span<const std::byte> bytes) {
  bytes_.append(text_of(bytes));
  return {};
}

std::size_t ArchiveBody::Pending::take(std::span<std::byte> out) {
  const auto n = std::min(out.size(), bytes_.size() - at_);
  if (n > 0) std::memcpy(out.data(), bytes_.data() + at_, n);
  at_ += n;
  if (at_ == bytes_.size()) clear();
  return n;
}

void ArchiveBody::Pending::clear() {
  bytes_.clear();
  at_ = 0;
}

}  // namespace bryo::client
