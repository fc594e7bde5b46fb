#include "archive_output.h"

namespace bryo::archive_job {

Task<Status> ArchiveOutput::begin(std::string name, std::uint64_t size) {
  BRYO_CO_CHECK(writer_->begin(name, size, out_));
  co_return co_await advance(kChunk);
}

Task<Status> ArchiveOutput::content(BytesView bytes) {
  if (writer_->payload() != PayloadMode::Verbatim) BRYO_CO_CHECK(writer_->content(bytes, out_));
  if (writer_->payload() != PayloadMode::Transformed) out_.append(bytes);
  co_return co_await advance(kChunk);
}

Task<Status> ArchiveOutput::end() {
  BRYO_CO_CHECK(writer_->end(out_));
  co_return co_await advance(kChunk);
}

Task<Status> ArchiveOutput::finish() {
  BRYO_CO_CHECK(writer_->finish(out_));
  BRYO_CO_CHECK(co_await pieces_.finish(out_));
  co_return co_await advance(1);
}

Task<Status> ArchiveOutput::advance(std::size_t enough) {
  BRYO_CO_CHECK(co_await pieces_.collect(out_));
  if (out_.size() < enough) co_return Status{};
  BRYO_CO_CHECK(co_await object_->write(out_.view()));
  out_.clear();
  co_return Status{};
}

}  // namespace bryo::archive_job
