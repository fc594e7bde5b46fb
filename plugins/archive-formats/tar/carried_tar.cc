#include "carried_tar.h"

#include <algorithm>
#include <array>

#include "tar_header.h"

namespace bryo::tar {
namespace {

constexpr std::uint64_t kCarriedPiece = 128 << 10;

}  // namespace

Result<BytesView> CarriedTar::next() {
  if (ended_) return BytesView();
  const auto changed = [this] {
    return Error(Errc::InvalidArgument, label_ + " is not what was indexed: it is damaged, store it again");
  };
  if (const std::uint64_t at = input_->position(); at < end_) {
    const auto wanted = static_cast<std::size_t>(std::min(kCarriedPiece, end_ - at));
    BRYO_TRY(bytes, input_->read(wanted));
    if (bytes.size() < wanted) return changed();
    return bytes;
  }
  ended_ = true;
  BRYO_TRY(more, walk_tar(*input_, label_, false, no_members()));
  if (more != 0) return changed();
  BRYO_CHECK(input_->drain());
  static constexpr std::array<std::byte, kBlock> kZeros{};
  return BytesView(kZeros).first(padding(end_));
}

}  // namespace bryo::tar
