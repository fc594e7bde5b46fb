#pragma once

/// Where a bucket's cold objects come from.

#include <bryo/objects.h>

#include <functional>
#include <memory>
#include <string>

namespace bryo {

/// One provider. Thread-safe.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual Task<Result<ObjectAttributes>> head(const BucketName& bucket, std::string object) = 0;
  /// The bytes of `[offset, offset + length)`; length 0 = to the end.
  virtual Task<Result<std::unique_ptr<ByteSource>>> read(const BucketName& bucket, std::string object,
                                                         std::uint64_t offset, std::uint64_t length) = 0;
};

struct BackendSpec {
  std::string provider;  ///< canonical: "aws"
  std::string doc;       ///< one sentence
};
using BackendFactory = std::function<std::unique_ptr<Backend>()>;

}  // namespace bryo
