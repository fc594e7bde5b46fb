#include <CLI/CLI.hpp>
#include <memory>

#include "archived_files.h"
#include "arguments.h"
#include "commands/commands.h"
#include "format.h"
#include "json_out.h"
#include "local_name.h"
#include "progress.h"
#include "session.h"
#include "verified_put.h"

namespace bryo::cli {
namespace {

struct ArchivePutOptions {
  std::vector<std::string> paths;  ///< sources, then the shard
  std::string archpath;
  bool append = false;  ///< the command is `append`
  bool create = false;
  bool skip_existing = false;
  bool force = false;
};

struct ShardTarget {
  BucketName bucket;
  std::string name;
  client::ArchiveFormat format = client::ArchiveFormat::Tar;
};

Result<ShardTarget> target_of(const std::string& text) {
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

/// A shard is not replaced by mistake: who has one mostly means to append.
Status check_absent(const client::Client& client, const ShardTarget& target) {
  const auto there = client.head_object(target.bucket, target.name);
  if (!there && there.error().code() == Errc::NotFound) return {};
  if (!there) return there.error();
  return Error(Errc::Conflict, target.bucket.uri() + "/" + target.name +
                                   " exists: `bryo archive append` adds to it, --force replaces it");
}

Status put_shard(const client::Client& client, const ShardTarget& target, std::vector<ArchivedFile> files,
                 Progress& progress) {
  const auto count = files.size();
  ArchivedFiles members(std::move(files));
  client::ArchiveBody body(target.format, members);
  BRYO_CHECK(put_verified(client, target.bucket, target.name, body, {}, &progress));
  for (std::size_t i = 0; i < count; ++i) progress.add_item();
  return {};
}

/// Of two members of one name readers see the first, so the second would be lost. Takes out of `files` what is there,
/// or fails.
Status check_members_absent(const client::Client& client, const ShardTarget& target, std::vector<ArchivedFile>& files,
                            bool skip) {
  for (auto file = files.begin(); file != files.end();) {
    const auto member = target.name + "/" + file->name;
    // The listing is in order, so that the name itself comes before those that it begins.
    const auto page = client.list_page(target.bucket, {.prefix = member, .page_size = 1, .archives = true});
    if (!page) return page.error();
    if (page->entries.empty() || page->entries.front().name != member) {
      ++file;
    } else if (skip) {
      file = files.erase(file);
    } else {
      return Error(Errc::Conflict, target.bucket.uri() + "/" + member +
                                       " exists, and readers would not see a second one: give another --archpath, or "
                                       "pass --skip-existing");
    }
  }
  return {};
}

/// One after the other: each append makes the next version of the shard.
Status append_files(const client::Client& client, const ShardTarget& target, const std::vector<ArchivedFile>& files,
                    bool create, Progress& progress) {
  const auto mode = create ? client::AppendMode::Create : client::AppendMode::MustExist;
  for (const auto& file : files) {
    BRYO_TRY(body, client::FileBody::open(file.path));
    const auto done = client.append_to_shard(target.bucket, target.name, file.name, body, mode);
    if (!done) {
      const auto& error = done.error();
      const bool missing = error.code() == Errc::NotFound && error.tcode() != "ErrBckNotFound" && !create;
      return Error(error.code(), file.path + ": " + error.message() + (missing ? " (--create makes the shard)" : ""),
                   error.tcode());
    }
    progress.add_bytes(file.size);
    progress.add_item();
  }
  return {};
}

void report_archived(Console& console, const ShardTarget& target, const Progress& progress, bool append) {
  const auto shard = target.bucket.uri() + "/" + target.name;
  if (console.json) {
    console.print(to_text({{"destination", shard},
                           {"members", progress.items()},
                           {"bytes", progress.bytes()},
                           {"seconds", seconds_of(progress.elapsed())}}));
    return;
  }
  console.print((append ? "appended " : "put ") + show_count(progress.items(), "file") + ", " +
                show_size(progress.bytes()) + (append ? " to " : " into ") + shard + " in " +
                show_duration(progress.elapsed()));
}

Status run_archive_put(const ArchivePutOptions& options, Session& session) {
  const std::string word = options.append ? "append" : "put";
  if (options.paths.size() < 2) {
    return usage_error("expected SOURCE... and BUCKET/SHARD: bryo archive " + word + " ./cats ais://images/cats.tar");
  }
  BRYO_TRY(target, target_of(options.paths.back()));
  BRYO_CHECK(check_archpath(options.archpath));
  BRYO_TRY(client, session.client());
  BRYO_TRY(files, list_archived_files({options.paths.begin(), options.paths.end() - 1}, options.archpath));
  if (files.empty()) return Error(Errc::NotFound, "no files in " + options.paths.front());
  if (options.append) BRYO_CHECK(check_members_absent(client, target, files, options.skip_existing));
  if (!options.append && !options.force) BRYO_CHECK(check_absent(client, target));
  std::uint64_t bytes = 0;
  for (const auto& file : files) bytes += file.size;
  Progress progress(session.console(), "files", files.size(), bytes);
  const auto done = options.append ? append_files(client, target, files, options.create, progress)
                                   : put_shard(client, target, std::move(files), progress);
  if (done || progress.items() > 0) report_archived(session.console(), target, progress, options.append);
  return done;
}

std::shared_ptr<ArchivePutOptions> declare_sources(CLI::App& app) {
  auto options = std::make_shared<ArchivePutOptions>();
  app.add_option("SOURCE... BUCKET/SHARD", options->paths, "Files and folders (with all below them); then the shard")
      ->required();
  app.add_option("--archpath", options->archpath,
                 "The name in the shard: of a single file, or of the folder that takes all");
  return options;
}

}  // namespace

Action declare_archive_put(CLI::App& app) {
  auto options = declare_sources(app);
  app.add_flag("--force", options->force, "Replace the shard if it exists");
  return [options](Session& session) { return run_archive_put(*options, session); };
}

Action declare_archive_append(CLI::App& app) {
  auto options = declare_sources(app);
  options->append = true;
  app.add_flag("--create,--append-or-put", options->create, "Make the shard if there is none");
  app.add_flag("--skip-existing", options->skip_existing, "Pass over files whose names the shard has");
  return [options](Session& session) { return run_archive_put(*options, session); };
}

}  // namespace bryo::cli
