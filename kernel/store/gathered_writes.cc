#include <kernel/store/gathered_writes.h>

#include <algorithm>

namespace bryo::kernel {
namespace {

constexpr std::size_t kPiece = 1 << 20;

}  // namespace

Task<Status> GatheredWrites::write(BytesView bytes) {
  if (failed_) co_return *failed_;
  if (gathered_->empty() && bytes.size() >= kPiece) {
    // Large pieces go to the disk from where they lie.
    std::function<Status()> work = [append = append_, bytes] { return append(bytes); };
    Status written = co_await pool_.run(std::move(work));
    if (!written) failed_ = written.error();
    co_return written;
  }
  while (!bytes.empty()) {
    if (gathered_->empty()) gathered_->reserve(std::min<std::size_t>(size_hint_ == 0 ? 0 : size_hint_, kPiece));
    const BytesView piece = bytes.first(std::min(bytes.size(), kPiece - gathered_->size()));
    gathered_->insert(gathered_->end(), piece.begin(), piece.end());
    bytes = bytes.subspan(piece.size());
    if (gathered_->size() == kPiece) {
      Status flushed = co_await flush();
      if (!flushed) co_return flushed;
    }
  }
  co_return Status();
}

Task<Status> GatheredWrites::flush() {
  std::function<Status()> work = [append = append_, gathered = gathered_] { return append(*gathered); };
  Status written = co_await pool_.run(std::move(work));
  gathered_->clear();
  if (!written) failed_ = written.error();
  co_return written;
}

}  // namespace bryo::kernel
