#pragma once

/// How people write buckets and objects.

#include <bryo/names.h>

#include <string>
#include <string_view>

namespace bryo::client {

struct ObjectUri {
  BucketName bucket;
  std::string object{};  ///< empty: the URI names a bucket; may be a prefix that ends with '/'
};

/// Reads `provider://[@uuid][#ns/]bucket[/object]` or `bucket[/object]` (= ais). Nothing is decoded: object names are
/// taken as they are. Fails naming `text` and what is wrong with it.
Result<ObjectUri> parse_uri(std::string_view text);

/// The object name up to the first archive extension followed by '/', and the member after it; the member is empty if
/// there is none. Extensions in the order .tar .tgz .tar.gz .zip .tar.lz4 (get-batch.md section 13).
struct ShardPath {
  std::string object;
  std::string archpath{};
};
ShardPath split_shard_path(std::string_view name);

/// Percent-encodes all but unreserved characters; '/' stays.
std::string encode_path(std::string_view path);
/// The same, and '/' too: for query values.
std::string encode_query(std::string_view value);

}  // namespace bryo::client
