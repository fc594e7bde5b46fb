#pragma once

/// Buckets as a request names them, and the buckets they are (get-batch.md sections 1, 2 and 5).

#include <bryo/objects.h>

#include <optional>
#include <string_view>
#include <vector>

#include "batch_request.h"

namespace bryo::moss {

/// `/v1/ml/moss/{bucket}?provider=..&namespace=..`: `name` is one segment of the path, decoded. Fails with
/// InvalidArgument and the wire's text.
Result<BucketName> parse_url_bucket(std::string_view name, std::string_view provider, std::string_view ns);

/// `{provider}/@{uuid}#{namespace}/{bucket}/`. Fails with InvalidArgument and the wire's text.
Result<BucketName> parse_uname(std::string_view uname);

/// The bucket of an entry that does not take the URL's.
Result<BucketName> parse_reference(const BucketReference& reference);

/// The bucket of each of `request.buckets`. The first that cannot be used, in the order of the entries, decides: it may
/// be missing, denied (403), of a provider that is not here, or none at all where the URL names none either.
Result<std::vector<BucketPtr>> resolve_buckets(const BatchRequest& request, BucketPtr url_bucket,
                                               const Buckets& buckets);

}  // namespace bryo::moss
