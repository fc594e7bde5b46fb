#include "tar_window.h"

#include <algorithm>
#include <utility>

namespace bryo::tar {
namespace {

/// A system call costs about as much as copying this many bytes: closer headers are read together.
constexpr std::uint64_t kClose = 4 << 10;
constexpr std::size_t kLargeWindow = 256 << 10;
/// Reads after one that memory held, which are not asked whether it does: that costs more than the read itself.
constexpr int kBelieved = 15;
/// While the disk is needed, it is kept busy this far ahead.
constexpr std::uint64_t kReadAhead = 4 << 20;

}  // namespace

Result<const std::byte*> TarWindow::at(std::uint64_t offset, std::size_t n) {
  if (offset < start_ || offset + n > start_ + size_) {
    const std::uint64_t distance = offset - asked_;
    // Headers that go in threes, as those of PAX do: its own, its records, and the header that they belong to.
    if (distance == header_) small_ = 3 * header_;
    const bool close = distance != 0 && distance != header_ && distance <= kClose;
    BRYO_CHECK(fill(offset, std::max(n, close ? kLargeWindow : small_)));
  }
  asked_ = offset;
  return memory_.data() + (offset - start_);
}

Status TarWindow::fill(std::uint64_t offset, std::size_t n) {
  size_ = 0;
  n = static_cast<std::size_t>(std::min<std::uint64_t>(n, archive_.size() - offset));
  if (memory_.size() < n) memory_.resize(n);
  const auto room = MutableBytes(memory_).first(n);
  if (warm_ > 0) {
    --warm_;
    BRYO_CHECK(archive_.read_blocking(offset, room));
  } else if (const auto read = archive_.try_read(offset, room)) {
    BRYO_CHECK(*read);
    warm_ = kBelieved;
    missed_ = false;
  } else {
    // One miss may be chance; the system is asked for more when the next read misses, too.
    if (std::exchange(missed_, true)) archive_.will_need(offset, std::min(kReadAhead, archive_.size() - offset));
    BRYO_CHECK(archive_.read_blocking(offset, room));
  }
  start_ = offset;
  size_ = n;
  return {};
}

}  // namespace bryo::tar
