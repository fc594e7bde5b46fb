#pragma once

/// The URL of get-batch (get-batch.md section 1). Pure.

#include <bryo/http.h>

#include <optional>

namespace bryo::moss {

struct MossUrl {
  std::optional<BucketName> bucket{};  ///< for entries that name none
  int colocation = 0;                  ///< 0, 1 or 2; with one target there is nothing to choose
};

/// Fails with InvalidArgument and the wire's text.
Result<MossUrl> parse_moss_url(const Request& request);

/// What is answered below `/v1/ml` but at get-batch.
Error wrong_ml_url(const Request& request);

}  // namespace bryo::moss
