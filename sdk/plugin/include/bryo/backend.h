#pragma once

/// Where a bucket's objects come from when this node does not have them: another store, a folder, the web. The kernel
/// keeps what it fetched as a copy, writes through, and asks again for nothing that it has.

#include <bryo/objects.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bryo {

/// An object as its backend describes it. In `attributes`: the size; `version` if the backend counts versions;
/// `checksum_type` and `checksum_value` only when they are of the whole content; `custom` for the rest (ETag,
/// Last-Modified, ...), which clients see.
struct BackendEntry {
  std::string name;        ///< of a directory (a listing that is not recursive): with its trailing '/'
  bool directory = false;  ///< names with this prefix exist; `attributes` is empty
  ObjectAttributes attributes{};
};

/// One page of a listing is asked for.
struct BackendListRequest {
  std::string prefix{};
  std::string token{};  ///< `next` of the page before, empty for the first
  std::size_t limit = 1000;
  bool recursive = true;  ///< false: up to the next '/' after the prefix, as directories
};

struct BackendPage {
  std::vector<BackendEntry> entries;  ///< bytewise by name, over all pages
  std::string next{};                 ///< opaque, at most 1 KiB; empty = the end
};

/// An object's content on its way from the backend. `attributes.size` is exact: a source that ends early or late fails
/// the read.
struct BackendContent {
  ObjectAttributes attributes;
  std::unique_ptr<ByteSource> content;
};

/// One provider. Thread-safe. Missing buckets and objects are NotFound; the sentence names the bucket as
/// `BucketName::uri()` shows it, because clients look for that. Operations end early when their coroutine is cancelled.
class Backend {
 public:
  virtual ~Backend() = default;
  /// Whether the bucket exists.
  virtual Task<Status> head_bucket(BucketName bucket) = 0;
  /// Names of all buckets that can be seen.
  virtual Task<Result<std::vector<std::string>>> list_buckets() = 0;
  virtual Task<Result<ObjectAttributes>> head(BucketName bucket, std::string object) = 0;
  /// The whole object.
  virtual Task<Result<BackendContent>> read(BucketName bucket, std::string object) = 0;
  virtual Task<Result<BackendPage>> list(BucketName bucket, BackendListRequest request) = 0;
  /// Stores `attributes.size` bytes of `content` as the object; nothing must be visible there before all of it is.
  /// Answers what the backend knows of it now (its version, its ETag). Default: 501, a read-only provider.
  virtual Task<Result<ObjectAttributes>> write(BucketName bucket, std::string object, ObjectAttributes attributes,
                                               ByteSource& content);
  /// Default: 501, a read-only provider.
  virtual Task<Status> remove(BucketName bucket, std::string object);
};

struct BackendSpec {
  std::string provider;  ///< on the wire and in `NAME://bucket`: [a-z][a-z0-9]{1,15}, e.g. "aws"
  std::string doc;       ///< one sentence
};
/// Called once, at the first use after the plugin has started.
using BackendFactory = std::function<std::unique_ptr<Backend>()>;

inline Task<Result<ObjectAttributes>> Backend::write(BucketName bucket, std::string, ObjectAttributes, ByteSource&) {
  co_return Error(Errc::Unsupported, "cannot write to " + bucket.uri() + ": its provider is read-only here");
}

inline Task<Status> Backend::remove(BucketName bucket, std::string) {
  co_return Error(Errc::Unsupported, "cannot delete from " + bucket.uri() + ": its provider is read-only here");
}

}  // namespace bryo
