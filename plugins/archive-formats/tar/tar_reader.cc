#include "tar_reader.h"

#include <algorithm>
#include <memory>

#include "tar_header.h"
#include "tar_walk.h"
#include "tar_window.h"
#include "tar_writer.h"

namespace bryo::tar {
namespace {

/// A TAR that lies in a file: what is passed over is not read.
class FileInput final : public TarInput {
 public:
  explicit FileInput(const OpenObject& archive) : archive_(archive), window_(archive) {}

  Result<BytesView> read(std::size_t n) override {
    n = static_cast<std::size_t>(std::min<std::uint64_t>(n, left()));
    if (n == 0) return BytesView();
    BRYO_TRY(bytes, window_.at(position_, n));
    position_ += n;
    return BytesView(bytes, n);
  }
  Result<std::uint64_t> skip(std::uint64_t n) override {
    n = std::min(n, left());
    position_ += n;
    return n;
  }
  [[nodiscard]] std::uint64_t position() const override { return position_; }

 private:
  [[nodiscard]] std::uint64_t left() const { return archive_.size() - position_; }

  const OpenObject& archive_;
  TarWindow window_;
  std::uint64_t position_ = 0;
};

}  // namespace

Status TarReader::index(const OpenObject& archive, std::string_view label, MemberSink& members) const {
  FileInput input(archive);
  BRYO_TRY(end, walk_tar(input, label, true, members));
  (void)end;
  return {};
}

Result<ArchiveContinuation> TarReader::continue_after(const OpenObject& archive, std::string_view label,
                                                      const MemberIndex&) const {
  FileInput input(archive);
  BRYO_TRY(end, walk_tar(input, label, true, no_members()));
  return ArchiveContinuation{.keep = end, .writer = std::make_unique<TarWriter>(padding(end))};
}

}  // namespace bryo::tar
