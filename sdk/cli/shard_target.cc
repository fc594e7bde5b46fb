#include "shard_target.h"

#include "arguments.h"
#include "json_out.h"
#include "local_name.h"

namespace bryo::cli {
namespace {

/// Asked by a GET whose bytes are not read, which is exact where a listing would give the names around it.
Result<bool> has_member(const client::Client& client, const ShardTarget& target, const std::string& name) {
  const auto member = client.get_object(target.bucket, target.name, {.archpath = name});
  if (member) return true;
  if (member.error().code() == Errc::NotFound) return false;
  return member.error();
}

}  // namespace

Result<ShardTarget> shard_target(const std::string& text) {
  BRYO_TRY(uri, uri_argument(text));
  const auto format = client::format_of_name(uri.object);
  if (!format) {
    return usage_error("\"" + text + "\" names no shard: its name ends with .tar, .tgz, .tar.gz, .zip or .tar.lz4");
  }
  return ShardTarget{uri.bucket, uri.object, *format};
}

Status check_archpath(std::string_view archpath) {
  const auto given = archpath;
  if (archpath.ends_with('/')) archpath.remove_suffix(1);
  if (given.empty() || local_name(archpath)) return {};
  return usage_error("--archpath \"" + std::string(given) +
                     "\" is no name in a shard: no '.', '..' or '/' at its begin");
}

Status check_absent(const client::Client& client, const ShardTarget& target) {
  const auto there = client.head_object(target.bucket, target.name);
  if (!there && there.error().code() == Errc::NotFound) return {};
  if (!there) return there.error();
  return Error(Errc::Conflict, target.bucket.uri() + "/" + target.name +
                                   " exists: `bryo archive append` adds to it, --force replaces it");
}

Status check_members_absent(const client::Client& client, const ShardTarget& target, std::vector<ArchivedFile>& files,
                            bool skip) {
  for (const auto& file : files) {
    if (!is_utf8(file.name)) {
      return Error(Errc::InvalidArgument,
                   file.path + ": a name that is not UTF-8 cannot be appended: rename it, or put it with --archpath");
    }
  }
  std::vector<ArchivedFile> absent;
  for (auto& file : files) {
    BRYO_TRY(there, has_member(client, target, file.name));
    if (there && !skip) {
      return Error(Errc::Conflict, target.bucket.uri() + "/" + target.name + "/" + file.name +
                                       " exists, and readers would not see a second one: give another --archpath, or "
                                       "pass --skip-existing");
    }
    if (!there) absent.push_back(std::move(file));
  }
  files = std::move(absent);
  return {};
}

}  // namespace bryo::cli
