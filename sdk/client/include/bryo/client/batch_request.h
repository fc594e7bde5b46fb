#pragma once

/// What a get-batch asks for (get-batch.md section 2).

#include <bryo/client/archive_format.h>
#include <bryo/names.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::client {

/// `length` bytes from `start`; -1 = to the end; {0, 0} = everything.
struct ByteRange {
  std::int64_t start = 0;
  std::int64_t length = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

struct BatchEntry {
  std::string object;
  std::optional<BucketName> bucket{};  ///< nothing: the request's
  std::string archpath{};              ///< member of a shard; empty: the object itself
  std::string opaque{};                ///< any bytes; come back in buffered answers
  ByteRange range{};
};

/// A regular value. Entries are answered in this order, one member each.
struct BatchRequest {
  std::optional<BucketName> bucket{};
  std::vector<BatchEntry> entries{};
  ArchiveFormat format = ArchiveFormat::Tar;
  bool continue_on_error = false;  ///< a failed entry becomes an empty member `__404__/...`
  bool only_object_name = false;   ///< member names without the bucket
  bool streaming = true;           ///< false: buffered, with metadata of every entry
  int colocation = 0;              ///< 0, 1 (the node that owns most entries answers), 2
};

/// Path and query, e.g. `/v1/ml/moss/b?provider=ais&coloc=1`.
std::string batch_target(const BatchRequest& request);

/// The JSON body. Fails with InvalidArgument naming the entry if it breaks a rule of get-batch.md section 2, before any
/// byte is sent.
Result<std::string> batch_body(const BatchRequest& request);

/// The member that answers `entry` (get-batch.md section 7).
std::string member_name(const BatchRequest& request, const BatchEntry& entry);

/// Marks the member of an entry that failed and was let pass.
inline constexpr std::string_view kMissingPrefix = "__404__/";

}  // namespace bryo::client
