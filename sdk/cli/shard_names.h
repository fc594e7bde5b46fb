#pragma once

#include <bryo/client/archive_format.h>
#include <bryo/name_template.h>
#include <bryo/names.h>

#include <string>
#include <string_view>

namespace bryo::cli {

/// Names of shards to write: `ais://b/train-{000..099}.tar`.
struct ShardNames {
  BucketName bucket;
  NameTemplate names;
  client::ArchiveFormat format = client::ArchiveFormat::Tar;
  std::string extension{};  ///< to be appended to each name; empty where the template has one

  /// The next name; nothing after the last.
  std::optional<std::string> next() {
    auto name = names.next();
    if (name) *name += extension;
    return name;
  }
};

/// Reads BUCKET/TEMPLATE. `format` (".tgz"; may be empty) gives the template its extension if it has none, and must
/// agree with the one it has; without both it is .tar, unless the name ends with what looks like another format. Fails
/// with a usage error that shows how to write it.
Result<ShardNames> parse_shard_names(std::string_view text, std::string_view format);

}  // namespace bryo::cli
