#pragma once

/// The request of get-batch (get-batch.md section 2).

#include <bryo/result.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::moss {

/// `start`, `length` as sent: (0, 0) = everything, length -1 = to the end.
struct ByteRange {
  std::int64_t start = 0;
  std::int64_t length = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// How an entry names its bucket. All empty: the bucket of the URL.
struct BucketReference {
  std::string_view bucket{};
  std::string_view provider{};  ///< counts only beside `bucket`
  std::string_view uname{};     ///< wins over `bucket`
  friend bool operator==(const BucketReference&, const BucketReference&) = default;

  [[nodiscard]] bool is_default() const noexcept { return bucket.empty() && uname.empty(); }
};

/// One element of `in`, checked. Small: there may be a million of them.
struct BatchEntry {
  std::string_view object{};
  std::string_view archpath{};  ///< member of the shard `object`; empty = the whole object
  std::string_view opaque{};    ///< base64 as sent, in either alphabet
  ByteRange range{};
  std::uint32_t bucket = 0;  ///< index into BatchRequest::buckets
};

/// The whole request. Its strings are views of the body and of `unescaped`.
struct BatchRequest {
  std::vector<BatchEntry> entries;
  std::vector<BucketReference> buckets;  ///< each that occurs once, in order of its first entry
  std::string_view mime;                 ///< empty = .tar
  bool continue_on_error = false;        ///< `coer`
  bool only_object_name = false;         ///< `onob`
  bool streaming = false;                ///< `strm`
  /// A top-level flag has a wrong type. Reported after the buckets were looked up: the reference's target finds it, not
  /// its gateway.
  std::optional<Error> wrong_flag;

  std::vector<std::unique_ptr<char[]>> unescaped;
};

struct BatchLimits {
  std::size_t entries;
};

/// Readable bytes that must follow the body in memory; their values do not matter.
inline constexpr std::size_t kBodyPadding = 64;

/// Parses and checks a body that lives as long as the answer. Keys in any case, the last of equal keys wins, unknown
/// ones are ignored, null stands for the default, whatever follows the closing brace is ignored. Pure, but for a
/// parser's memory that each thread keeps.
///
/// Fails with InvalidArgument and a sentence that names the entry and the key, or TooLarge for too many entries.
Result<BatchRequest> parse_batch_request(std::string_view body, const BatchLimits& limits);

}  // namespace bryo::moss
