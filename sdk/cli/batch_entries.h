#pragma once

/// From names on the command line to entries of a batch.

#include <bryo/client/batch_request.h>
#include <bryo/client/client.h>

#include <string>
#include <string_view>
#include <vector>

namespace bryo::cli {

/// More names than this in one command line are a mistyped template.
inline constexpr std::uint64_t kMaxBatchNames = 10'000'000;

/// "a, b,s.tar/m": names between commas; what follows an archive's extension and '/' is a member. Pure.
Result<std::vector<client::BatchEntry>> entries_of_list(std::string_view list);
/// Every name of a template. Pure. Fails if it has no range, no end, or more than kMaxBatchNames names.
Result<std::vector<client::BatchEntry>> entries_of_template(std::string_view text);
/// Every object whose name begins with `prefix`. Fails with NotFound if there is none.
Result<std::vector<client::BatchEntry>> entries_of_prefix(const client::Client& client, const BucketName& bucket,
                                                          const std::string& prefix);
/// One name: an entry, or a template if it holds a range in braces. Pure.
Result<std::vector<client::BatchEntry>> entries_of_name(std::string_view name);

}  // namespace bryo::cli
