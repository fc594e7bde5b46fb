#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "archived_files.h"
#include "commands/commands.h"
#include "format.h"
#include "json_out.h"
#include "progress.h"
#include "session.h"
#include "shard_target.h"
#include "spooled_input.h"
#include "table.h"
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
  bool dry_run = false;
};

Status put_shard(const client::Client& client, const ShardTarget& target, std::vector<ArchivedFile> files,
                 Progress& progress) {
  const auto count = files.size();
  ArchivedFiles members(std::move(files));
  client::ArchiveBody body(target.format, members);
  BRYO_CHECK(put_verified(client, target.bucket, target.name, body, {}, &progress));
  for (std::size_t i = 0; i < count; ++i) progress.add_item();
  return {};
}

/// Such members are kept, and read by a GET of the shard or of their names.
void warn_of_unlisted(const std::vector<ArchivedFile>& files, Console& console) {
  const auto count = std::count_if(files.begin(), files.end(), [](const auto& file) { return !is_utf8(file.name); });
  if (count == 0) return;
  console.warn("names that are not UTF-8: " + std::to_string(count) +
               "; lists of the shard will not show these members");
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

void print_files(const ShardTarget& target, const std::vector<ArchivedFile>& files, Console& console) {
  if (console.json) {
    auto json = JsonOut::array();
    for (const auto& file : files) json.push_back({{"name", file.name}, {"size", file.size}, {"path", file.path}});
    return console.print(to_text(json));
  }
  Table table({"NAME", "SIZE", "FILE"});
  for (const auto& file : files) table.add({target.name + "/" + file.name, show_size(file.size), file.path});
  table.print(console);
}

/// What goes into the shard. A stream is kept in `stream` first: a member's size stands before its bytes.
Result<std::vector<ArchivedFile>> files_to_put(const ArchivePutOptions& options, SpooledInput& stream,
                                               Session& session) {
  const std::vector<std::string> sources(options.paths.begin(), options.paths.end() - 1);
  if (sources != std::vector<std::string>{"-"}) {
    BRYO_TRY(files, list_archived_files(sources, options.archpath));
    if (files.empty()) {
      return Error(Errc::NotFound, "no files in " + (sources.size() == 1 ? sources.front() : "all that was named"));
    }
    return files;
  }
  if (options.archpath.empty() || options.archpath.ends_with('/')) {
    return usage_error("a stream needs a name in the shard: --archpath NAME");
  }
  StandardInput input(session.stop());
  BRYO_TRY(size, stream.take(input));
  return std::vector<ArchivedFile>{{.path = stream.path(), .name = options.archpath, .size = size}};
}

Status run_archive_put(const ArchivePutOptions& options, Session& session) {
  const std::string word = options.append ? "append" : "put";
  if (options.paths.size() < 2) {
    return usage_error("expected SOURCE... and BUCKET/SHARD: bryo archive " + word + " ./cats ais://images/cats.tar");
  }
  if (options.append && options.force) return usage_error("--force replaces the shard, which --append adds to");
  if (!options.append && options.skip_existing) return usage_error("--skip-existing is for --append");
  BRYO_TRY(target, shard_target(options.paths.back()));
  BRYO_CHECK(check_archpath(options.archpath));
  BRYO_TRY(client, session.client());
  SpooledInput stream;
  BRYO_TRY(files, files_to_put(options, stream, session));
  if (options.append) BRYO_CHECK(check_members_absent(client, target, files, options.skip_existing));
  if (!options.append && !options.force) BRYO_CHECK(check_absent(client, target));
  if (!options.append) warn_of_unlisted(files, session.console());
  if (options.dry_run) {
    print_files(target, files, session.console());
    return {};
  }
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
  app.add_option("SOURCE... BUCKET/SHARD", options->paths,
                 "Files and folders (with all below them), or - (standard input, with --archpath); then the shard")
      ->required();
  app.add_option("--archpath", options->archpath,
                 "The name in the shard: of a single file, or of the folder that takes all");
  app.add_flag("--skip-existing", options->skip_existing, "Append: pass over files whose names the shard has");
  app.add_flag("--dry-run", options->dry_run, "Show what would be put under which names");
  return options;
}

}  // namespace

Action declare_archive_put(CLI::App& app) {
  auto options = declare_sources(app);
  app.add_flag("--force", options->force, "Replace the shard if it exists");
  app.add_flag("--append", options->append, "As `bryo archive append`");
  app.add_flag_callback(
      "--append-or-put", [options] { options->append = options->create = true; }, "As `bryo archive append --create`");
  return [options](Session& session) { return run_archive_put(*options, session); };
}

Action declare_archive_append(CLI::App& app) {
  auto options = declare_sources(app);
  options->append = true;
  app.add_flag("--create,--append-or-put", options->create, "Make the shard if there is none");
  return [options](Session& session) { return run_archive_put(*options, session); };
}

}  // namespace bryo::cli
