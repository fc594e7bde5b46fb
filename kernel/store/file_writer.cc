#include <kernel/runtime/sync_point.h>
#include <kernel/store/disk_error.h>
#include <kernel/store/file_writer.h>
#include <kernel/store/object_metadata.h>
#include <kernel/store/text_fields.h>

#include <algorithm>
#include <cerrno>

namespace bryo::kernel {
namespace {

bool equal_hex(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; };
    return lower(x) == lower(y);
  });
}

/// The version after `previous`; a version that is not a count of this node starts again.
std::string next_version(std::string_view previous) {
  const auto count = parse_number<std::uint64_t>(previous);
  return count ? std::to_string(*count + 1) : "1";
}

/// What was written, for whoever must have it before it is published.
class DraftSource final : public ByteSource {
 public:
  DraftSource(std::shared_ptr<Draft> draft, BlockingPool& pool) : draft_(std::move(draft)), pool_(pool) {}

  Task<Result<std::size_t>> read(MutableBytes out) override {
    auto count = std::make_shared<std::size_t>(0);
    std::function<Status()> work = [draft = draft_, offset = offset_, out, count]() -> Status {
      BRYO_TRY(got, draft->read(offset, out));
      *count = got;
      return {};
    };
    BRYO_CO_CHECK(co_await pool_.run(std::move(work)));
    offset_ += *count;
    co_return *count;
  }

 private:
  const std::shared_ptr<Draft> draft_;
  BlockingPool& pool_;
  std::uint64_t offset_ = 0;
};

}  // namespace

Result<std::shared_ptr<Draft>> Draft::start(FileStore& store, BucketPtr bucket, std::string object,
                                            WriteOptions options, std::optional<FinishedContent> content) {
  BRYO_CHECK(check_object_name(object));
  BRYO_TRY(own, parse_checksum_type(BucketRecord::of(*bucket).policy().checksum_type));
  ChecksumType expected = ChecksumType::None;
  if (options.expected_checksum && !options.expected_checksum->second.empty()) {
    BRYO_TRY(given, parse_checksum_type(options.expected_checksum->first));
    expected = given;
  }
  std::shared_ptr<Draft> draft(
      new Draft(store, std::move(bucket), std::move(object), std::move(options), own, expected));
  if (content) draft->finished_ = std::move(*content);
  return draft;
}

Draft::Draft(FileStore& store, BucketPtr bucket, std::string object, WriteOptions options, ChecksumType own,
             ChecksumType expected)
    : store_(store),
      bucket_(std::move(bucket)),
      object_(std::move(object)),
      options_(std::move(options)),
      mountpath_(store.owner(bucket_->id(), object_)),
      given_(expected),
      own_(own),
      expected_(expected == own ? ChecksumType::None : expected) {}

Status Draft::append(BytesView bytes) {
  if (!file_) BRYO_CHECK(open_file());
  own_.update(bytes);
  expected_.update(bytes);
  while (!bytes.empty()) {
    if (const int fault = BRYO_FAULT_POINT("store.write")) return failure(fault, "write");
    const ssize_t written = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(attributes_.size));
    if (written < 0) {
      if (errno == EINTR) continue;
      return failure(errno, "write");
    }
    attributes_.size += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Status Draft::seal() {
  if (finished_) return adopt_content();
  if (!file_) BRYO_CHECK(open_file());
  return check_content();
}

/// Reads the content only for checksums that are not known.
Status Draft::adopt_content() {
  file_ = std::move(finished_->file);
  attributes_.size = finished_->size;
  const bool unknown = own_.type() != ChecksumType::None && finished_->checksum_type.empty();
  const bool other = given_ != ChecksumType::None && to_string(given_) != finished_->checksum_type;
  if (unknown || other) BRYO_CHECK(hash_content());
  if (unknown || own_.type() == ChecksumType::None) return check_content();
  attributes_.checksum_type = finished_->checksum_type;
  attributes_.checksum_value = finished_->checksum_value;
  if (given_ == ChecksumType::None) return {};
  return check_given(other ? (given_ == own_.type() ? own_.finish() : expected_.finish()) : finished_->checksum_value);
}

Status Draft::hash_content() {
  constexpr std::size_t kPiece = 1 << 20;
  const auto piece = std::make_unique_for_overwrite<std::byte[]>(kPiece);
  for (std::uint64_t offset = 0; offset < attributes_.size;) {
    BRYO_TRY(count, read(offset, MutableBytes(piece.get(), kPiece)));
    if (count == 0) return failure(EIO, "read back");
    own_.update(BytesView(piece.get(), count));
    expected_.update(BytesView(piece.get(), count));
    offset += count;
  }
  return {};
}

Result<std::size_t> Draft::read(std::uint64_t offset, MutableBytes out) const {
  for (;;) {
    const ssize_t count = ::pread(file_.get(), out.data(), out.size(), static_cast<off_t>(offset));
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return failure(errno, "read back");
  }
}

void Draft::take(ObjectAttributes given) {
  options_.version = std::move(given.version);
  options_.custom = std::move(given.custom);
}

Result<ObjectAttributes> Draft::publish() {
  auto published = publish_in_tree();
  // The trees know buckets by their ids only.
  if (!published && published.error().code() == Errc::NotFound) return bucket_missing(*bucket_);
  return published;
}

Result<ObjectAttributes> Draft::publish_in_tree() {
  BRYO_TRY(tree, store_.tree(bucket_->id(), object_));
  const ObjectKey key(bucket_->id(), object_);
  const FileName file(object_);
  const bool strict = store_.strict(*bucket_, options_.refetchable);
  {
    const std::scoped_lock lock(store_.name_lock(key));
    BRYO_CHECK(check_replaced(*tree));
    BRYO_CHECK(succeed(*tree, file));
    BRYO_CHECK(describe());
    BRYO_SYNC_POINT("store.before_sync");
    if (strict) {
      if (const int fault = BRYO_FAULT_POINT("store.sync")) return failure(fault, "sync");
      if (::fsync(file_.get()) != 0) return failure(errno, "sync");
    }
    BRYO_SYNC_POINT("store.before_publish");
    BRYO_CHECK(tree->publish(object_, file, file_.get()));
    store_.cache().invalidate(key);
  }
  BRYO_SYNC_POINT("store.published");
  if (strict) BRYO_CHECK(tree->sync(object_));
  return attributes_;
}

Status Draft::open_file() {
  file_ = store_.create_unnamed(mountpath_);
  if (!file_) return failure(errno, "create");
  return {};
}

Status Draft::check_content() {
  if (own_.type() != ChecksumType::None) {
    attributes_.checksum_type = to_string(own_.type());
    attributes_.checksum_value = own_.finish();
  }
  if (given_ == ChecksumType::None) return {};
  return check_given(given_ == own_.type() ? attributes_.checksum_value : expected_.finish());
}

Status Draft::check_given(const std::string& computed) const {
  const auto& [type, value] = *options_.expected_checksum;
  if (equal_hex(value, computed)) return {};
  return Error(Errc::BadChecksum,
               "BAD DATA CHECKSUM: " + type + "(" + value + " != " + computed +
                   ") (context: " + object_uri(*bucket_, object_) + ")",
               "ErrBadCksum");
}

Status Draft::check_replaced(const BucketTree& tree) const {
  if (!options_.replaces) return {};
  BRYO_TRY(there, store_.stamp_of(tree, *bucket_, object_));
  if (there == *options_.replaces) return {};
  return Error(Errc::Conflict, object_uri(*bucket_, object_) + " was replaced or deleted meanwhile: try again");
}

Status Draft::succeed(const BucketTree& tree, const FileName& file) {
  const bool needs_version = BucketRecord::of(*bucket_).policy().versioning && !options_.version;
  ObjectAttributes previous;
  if (!options_.skip_previous && (needs_version || !options_.custom)) {
    BRYO_TRY(found, read_previous(tree, file));
    previous = std::move(found);
  }
  if (options_.version) {
    attributes_.version = *options_.version;
  } else if (needs_version) {
    attributes_.version = next_version(previous.version);
  }
  attributes_.custom = options_.custom ? *options_.custom : std::move(previous.custom);
  return {};
}

/// Empty when there is none.
Result<ObjectAttributes> Draft::read_previous(const BucketTree& tree, const FileName& file) const {
  std::string path;
  std::string record;
  const int error = tree.at(object_, file, [&](const ObjectPath& relative) {
    path = mountpath_.objects_path() + relative.c_str();
    return load_record(path.c_str(), record);
  });
  if (error == ENOENT) return ObjectAttributes();
  if (error != 0 && error != ENODATA) return failure(error, "replace");
  auto previous = check_record(record, path, std::nullopt);
  if (previous) return previous;
  // Writing anew is how a damaged object gets repaired.
  store_.log().warning("the object that is overwritten has damaged metadata; its version starts again",
                       {{"object", object_uri(*bucket_, object_)}, {"error", previous.error().message()}});
  return ObjectAttributes();
}

/// Metadata into extended attributes, and the time that tells this version from others.
Status Draft::describe() {
  attributes_.mtime_ns = store_.next_mtime();
  const std::string uri = object_uri(*bucket_, object_);
  if (finished_ && finished_->chunks) {
    BRYO_CHECK(write_chunk_layout(file_.get(), *finished_->chunks, uri, mountpath_));
  }
  return describe_file(file_.get(), object_, attributes_, uri, mountpath_);
}

Error Draft::failure(int error, std::string_view what) const {
  return disk_error(
      error, "cannot " + std::string(what) + " " + object_uri(*bucket_, object_) + " on mountpath " + mountpath_.path(),
      mountpath_.path());
}

Task<Result<ObjectAttributes>> FileWriter::commit() {
  if (writes_.failed()) co_return *writes_.failed();
  if (before_publish_) {
    Status ready = co_await run_before_publish();
    if (!ready) writes_.fail(ready.error());
    if (!ready) co_return ready.error();
  }
  auto stored = std::make_shared<ObjectAttributes>();
  const bool sealed = before_publish_ != nullptr;
  std::function<Status()> work = [draft = draft_, rest = writes_.rest(), stored, sealed]() -> Status {
    if (!sealed) {
      if (!rest->empty()) BRYO_CHECK(draft->append(*rest));
      BRYO_CHECK(draft->seal());
    }
    BRYO_TRY(attributes, draft->publish());
    *stored = std::move(attributes);
    return {};
  };
  Status done = co_await pool_.run(std::move(work));
  writes_.fail(done ? Error(Errc::Internal, "this object was committed already") : done.error());
  if (!done) co_return done.error();
  co_return std::move(*stored);
}

Task<Status> FileWriter::run_before_publish() {
  std::function<Status()> work = [draft = draft_, rest = writes_.rest()]() -> Status {
    if (!rest->empty()) BRYO_CHECK(draft->append(*rest));
    return draft->seal();
  };
  BRYO_CO_CHECK(co_await pool_.run(std::move(work)));
  DraftSource content(draft_, pool_);
  BRYO_CO_TRY(given, co_await before_publish_(draft_->attributes(), content));
  draft_->take(std::move(given));
  co_return Status{};
}

}  // namespace bryo::kernel
