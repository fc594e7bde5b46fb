#pragma once

/// The shard that files are put into or appended to, and what must hold before.

#include <bryo/client/archive_format.h>
#include <bryo/client/client.h>

#include <string>
#include <string_view>
#include <vector>

#include "archived_files.h"

namespace bryo::cli {

struct ShardTarget {
  BucketName bucket;
  std::string name;
  client::ArchiveFormat format = client::ArchiveFormat::Tar;
};

/// Reads BUCKET/SHARD. Fails with a usage error where the name has no extension of a format.
Result<ShardTarget> shard_target(const std::string& text);

/// A name for a member, or a folder ('/' at its end) for several; empty is neither and fine.
Status check_archpath(std::string_view archpath);

/// A shard is not replaced by mistake: who has one mostly means to append.
Status check_absent(const client::Client& client, const ShardTarget& target);

/// Of two members of one name readers see the first, so the second would be lost. Takes out of `files` what is there
/// (`skip`), or fails. Fails also at a name that no node would append, before others are.
Status check_members_absent(const client::Client& client, const ShardTarget& target, std::vector<ArchivedFile>& files,
                            bool skip);

}  // namespace bryo::cli
