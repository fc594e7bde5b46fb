#include <kernel/runtime/sync_point.h>
#include <kernel/store/crc32c.h>
#include <kernel/store/disk_error.h>
#include <kernel/store/file_store.h>
#include <kernel/store/piece_writer.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace bryo::kernel {

Result<std::shared_ptr<PieceDraft>> PieceDraft::start(FileStore& store, UploadPtr upload, std::uint32_t number,
                                                      const WriteOptions& options, bool sync) {
  ChecksumType type = ChecksumType::None;
  std::string value;
  if (options.expected_checksum && !options.expected_checksum->second.empty()) {
    BRYO_TRY(given, parse_checksum_type(options.expected_checksum->first));
    type = given;
    value = options.expected_checksum->second;
  }
  BRYO_CHECK(store.check_room(upload->mountpath(), options.size_hint, "upload " + upload->id()));
  std::shared_ptr<PieceDraft> draft(new PieceDraft(std::move(upload), number, Checksum(type), std::move(value), sync));
  BRYO_CHECK(draft->appends() ? draft->open_grown() : draft->open_new(store));
  return draft;
}

PieceDraft::PieceDraft(UploadPtr upload, std::uint32_t number, Checksum expected, std::string expected_value, bool sync)
    : upload_(std::move(upload)),
      number_(number),
      sync_(sync),
      expected_(std::move(expected)),
      expected_value_(std::move(expected_value)),
      running_(upload_->checksum_before(number)) {}

Status PieceDraft::open_new(FileStore& store) {
  file_ = store.create_unnamed(upload_->mountpath());
  if (!file_) return failure(errno, "create");
  return {};
}

/// Cuts off what an append left that broke off.
Status PieceDraft::open_grown() {
  BRYO_TRY(pieces, upload_->pieces());
  if (const auto known = pieces.find(number_); known != pieces.end()) piece_ = known->second;
  BRYO_TRY(file, upload_->open_piece(number_, O_RDWR | O_CREAT));
  file_ = std::move(file);
  struct stat info {};
  if (::fstat(file_.get(), &info) != 0) return failure(errno, "inspect");
  if (info.st_nlink > 1) return Error(Errc::NotFound, upload_->id() + " does not exist", "ErrNotFound");
  if (::ftruncate(file_.get(), static_cast<off_t>(piece_.size)) != 0) return failure(errno, "cut");
  return {};
}

Status PieceDraft::append(BytesView bytes) {
  if (running_) running_->update(bytes);
  expected_.update(bytes);
  if (!appends()) piece_.crc32c = extend_crc32c(piece_.crc32c, bytes);
  while (!bytes.empty()) {
    if (const int fault = BRYO_FAULT_POINT("store.write_piece")) return failure(fault, "write");
    const ssize_t written = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(piece_.size));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure(errno, "write");
    piece_.size += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<std::uint64_t> PieceDraft::finish() {
  if (expected_.type() != ChecksumType::None) {
    const std::string computed = expected_.finish();
    if (computed != expected_value_) {
      return Error(Errc::BadChecksum,
                   "BAD DATA CHECKSUM: " + std::string(to_string(expected_.type())) + "(" + expected_value_ + " != " +
                       computed + ") (context: piece " + std::to_string(number_) + " of upload " + upload_->id() + ")",
                   "ErrBadCksum");
    }
  }
  BRYO_SYNC_POINT("store.piece_written");
  BRYO_CHECK(appends() ? upload_->grow_piece(number_, piece_, std::move(running_), file_.get(), sync_)
                       : upload_->publish_piece(number_, piece_, std::move(running_), file_.get(), sync_));
  return piece_.size;
}

Error PieceDraft::failure(int error, std::string_view what) const {
  const Mountpath& mountpath = upload_->mountpath();
  return disk_error(error,
                    "cannot " + std::string(what) + " piece " + std::to_string(number_) + " of upload " +
                        upload_->id() + " on mountpath " + mountpath.path(),
                    mountpath.path());
}

Task<Result<ObjectAttributes>> PieceWriter::commit() {
  if (writes_.failed()) co_return *writes_.failed();
  auto size = std::make_shared<std::uint64_t>(0);
  std::function<Status()> work = [draft = draft_, rest = writes_.rest(), size]() -> Status {
    if (!rest->empty()) BRYO_CHECK(draft->append(*rest));
    BRYO_TRY(total, draft->finish());
    *size = total;
    return {};
  };
  Status done = co_await pool_.run(std::move(work));
  writes_.fail(done ? Error(Errc::Internal, "this piece was committed already") : done.error());
  if (!done) co_return done.error();
  ObjectAttributes attributes;
  attributes.size = *size;
  co_return attributes;
}

}  // namespace bryo::kernel
