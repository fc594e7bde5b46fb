#pragma once

/// What members of the answer are called (get-batch.md section 7). Pure.

#include <string>
#include <string_view>

namespace bryo::moss {

/// `onob`.
enum class BucketInName : bool { Yes, No };
/// Whether the entry could be read.
enum class Presence : bool { Present, Missing };

/// Appends `bucket/object`, `bucket/object/archpath`, without the bucket if so wished, with `__404__/` before it all
/// for what is missing. A leading '/' of `archpath` is not doubled.
void append_member_name(std::string& out, std::string_view bucket, std::string_view object, std::string_view archpath,
                        BucketInName with_bucket, Presence presence);

}  // namespace bryo::moss
