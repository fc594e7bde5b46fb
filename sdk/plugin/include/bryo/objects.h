#pragma once

/// Buckets and objects as a plugin sees them.

#include <bryo/access.h>
#include <bryo/bytes.h>
#include <bryo/names.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bryo {

/// One version of one bucket's metadata. Immutable; shared by everyone who looked it up.
class Bucket {
 public:
  virtual ~Bucket() = default;
  [[nodiscard]] const BucketName& name() const noexcept { return name_; }
  /// Unique for ever, never reused; objects on disk are filed under it.
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  /// BucketName::uname(), kept because placement needs it for every object.
  [[nodiscard]] const std::string& uname() const noexcept { return uname_; }

 protected:
  Bucket(BucketName name, std::uint64_t id) : name_(std::move(name)), uname_(name_.uname()), id_(id) {}

 private:
  BucketName name_;
  std::string uname_;
  std::uint64_t id_;
};
using BucketPtr = std::shared_ptr<const Bucket>;

/// Lookup in the current bucket metadata. Thread-safe, no waiting.
class Buckets {
 public:
  virtual ~Buckets() = default;
  /// Fails with NotFound and the wire's text (`bucket "ais://b" does not exist`, ErrBckNotFound), or, for a provider
  /// without a backend, with ErrFailedTo.
  virtual Result<BucketPtr> find(const BucketName& name) const = 0;
  /// The same; a bucket of a backend that was never used is looked for there, and known from then on.
  virtual Task<Result<BucketPtr>> find_or_add(BucketName name) { co_return find(name); }
  /// Makes an empty bucket of this cluster (`ais`) with the properties of another. Fails with Conflict when there is
  /// one of that name, with InvalidArgument for a name that no bucket can have.
  virtual Task<Result<BucketPtr>> create_like(BucketName name, BucketPtr model) = 0;
  /// Gives a bucket of this cluster another name: its metadata only, no object is touched. Whoever holds it goes on
  /// under the old name. Fails with Conflict when there is one of that name, with NotFound when it is gone.
  virtual Task<Result<BucketPtr>> rename(BucketPtr bucket, BucketName name) = 0;
  /// Fails with Forbidden (ErrBucketAccessDenied) when the bucket's `access` property lacks this.
  virtual Status check_access(const Bucket& bucket, BucketAccess wanted) const = 0;
  /// A property of that version of the bucket, by its path in the tree of http-buckets.md section 3: "mirror.enabled"
  /// is "true" or "false". "" when there is none; JSON for a whole branch. Takes well below a microsecond.
  [[nodiscard]] virtual std::string property(const Bucket& bucket, std::string_view path) const = 0;
};

/// Metadata that is stored with an object.
struct ObjectAttributes {
  std::uint64_t size = 0;
  std::string checksum_type;   ///< "xxhash2", ...; empty = none
  std::string checksum_value;  ///< lower-case hex
  std::string version;         ///< empty when the bucket has no versions
  std::int64_t mtime_ns = 0;   ///< when this content was committed, Unix time
  std::vector<std::pair<std::string, std::string>> custom;
};

/// One version of one object, open for reading. The bytes never change: an overwrite makes another version, and this
/// one stays readable until the last reference is gone. Thread-safe.
class OpenObject {
 public:
  virtual ~OpenObject() = default;
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// Equal stamps of one bucket and name mean equal bytes. Unique on this node, also across restarts.
  [[nodiscard]] std::uint64_t stamp() const noexcept { return stamp_; }

  /// Reads what memory holds, without waiting: fills all of `out` (which must lie inside the object), or answers
  /// nullopt when the disk is needed and `read` must be awaited.
  [[nodiscard]] virtual std::optional<Status> try_read(std::uint64_t offset, MutableBytes out) const = 0;
  /// Fills all of `out`; the disk is read on the pool for blocking work.
  [[nodiscard]] virtual Task<Status> read(std::uint64_t offset, MutableBytes out) const = 0;
  /// The same on the calling thread; only from `BlockingPool::run`.
  [[nodiscard]] virtual Status read_blocking(std::uint64_t offset, MutableBytes out) const = 0;
  /// Asks the operating system to read ahead. Never waits, never fails.
  virtual void will_need(std::uint64_t offset, std::uint64_t length) const = 0;
  /// Checksum, version, custom metadata; loaded at the first call (may block for microseconds), then kept.
  [[nodiscard]] virtual Result<std::shared_ptr<const ObjectAttributes>> attributes() const = 0;

 protected:
  OpenObject(std::uint64_t size, std::uint64_t stamp) : size_(size), stamp_(stamp) {}

 private:
  std::uint64_t size_;
  std::uint64_t stamp_;
};
using ObjectPtr = std::shared_ptr<const OpenObject>;

/// A new version of an object while it is written. Nothing is visible before `commit` succeeded; destruction without it
/// leaves no trace. One writer at a time.
class ObjectWriter {
 public:
  virtual ~ObjectWriter() = default;
  virtual Task<Status> write(BytesView bytes) = 0;
  /// Durability step and atomic publication. Answers what was stored.
  virtual Task<Result<ObjectAttributes>> commit() = 0;
};

/// In place of the stamp of a version: there is none.
inline constexpr std::uint64_t kNoObject = 0;

/// What the writer of an object may ask for.
struct WriteOptions {
  std::optional<std::pair<std::string, std::string>> expected_checksum{};    ///< type, value: verified before commit
  std::optional<std::vector<std::pair<std::string, std::string>>> custom{};  ///< nullopt keeps what the object had
  std::optional<std::string> version{};  ///< a backend's version; nullopt = this node counts
  std::uint64_t size_hint = 0;           ///< 0 = not known
  bool refetchable = false;              ///< a cached copy: `durability = auto` need not sync it
  bool skip_previous = false;            ///< do not look at the object that is replaced (`skip_vc`)
  /// The stamp of the version that must be there at commit, or kNoObject; else that fails with Conflict.
  std::optional<std::uint64_t> replaces{};
};

/// One page of a listing.
struct ObjectQuery {
  std::string prefix{};       ///< only names that begin so
  std::string after{};        ///< only names greater, bytewise: the last name of the page before
  std::size_t limit = 1'000;  ///< names on a page
  bool attributes = false;    ///< also checksum, version, times, custom metadata; several times dearer than names
  /// Of a remote bucket: what its backend has, whether or not it is here, with what the backend says of it. Its pages
  /// follow each other by `token`, not by `after`. The same as without it in buckets that have no backend.
  bool of_backend = false;
  std::string token{};  ///< ObjectPage::token of the page before
};

struct ListedName {
  std::string name;
  std::uint64_t size = 0;
  std::shared_ptr<const ObjectAttributes> attributes;  ///< null unless asked for, and where the metadata is damaged
};

struct ObjectPage {
  std::vector<ListedName> objects;  ///< bytewise by name
  bool more = false;                ///< names may follow the last one
  std::string token{};              ///< of the next page, when a backend was asked
};

/// The right to change one object, which nobody else has meanwhile: kept as long as this lives.
class ObjectTurn {
 public:
  virtual ~ObjectTurn() = default;
};

/// Objects of this node. Thread-safe.
class Objects {
 public:
  virtual ~Objects() = default;
  /// Opens without waiting: from the descriptor cache, or from directories that are in memory. nullopt = `open` must be
  /// awaited. NotFound carries the wire's text (`ais://b/o does not exist`, ErrNotFound).
  virtual std::optional<Result<ObjectPtr>> try_open(const Bucket& bucket, std::string_view object) = 0;
  virtual Task<Result<ObjectPtr>> open(BucketPtr bucket, std::string object) = 0;
  virtual Task<Result<std::unique_ptr<ObjectWriter>>> create(BucketPtr bucket, std::string object,
                                                             WriteOptions options) = 0;
  virtual Task<Status> remove(BucketPtr bucket, std::string object) = 0;
  /// Removes the node's copy; the backend keeps the object. Fails with Unsupported in buckets that have no backend,
  /// with NotFound when there is no copy.
  virtual Task<Status> evict(BucketPtr bucket, std::string object) = 0;
  /// For changes that begin with what they replace, such as appends: waits for those who asked before. Whoever writes
  /// or removes the whole object does not ask and is not kept from it. Fails with Cancelled when the caller is.
  virtual Task<Result<std::unique_ptr<ObjectTurn>>> take_turn(BucketPtr bucket, std::string object) = 0;
  /// The names of a bucket in order, page by page; of a remote bucket those that are kept here. An object that is
  /// written or removed meanwhile may be on a page or not; all others are on exactly one. Fails with NotFound when the
  /// bucket was destroyed.
  virtual Task<Result<ObjectPage>> list(BucketPtr bucket, ObjectQuery query) = 0;
};

}  // namespace bryo
