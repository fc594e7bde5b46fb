#include <kernel/object/archive_output.h>

namespace bryo::kernel {

Status ArchiveOutput::content(BytesView bytes) {
  if (bytes.empty()) return {};
  if (!verbatim()) BRYO_CHECK(writer_->content(bytes, bytes_));
  if (!compresses()) bytes_.append(bytes);
  return {};
}

}  // namespace bryo::kernel
