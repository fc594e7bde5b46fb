#include <CLI/CLI.hpp>
#include <memory>

#include "arguments.h"
#include "commands/commands.h"
#include "format.h"
#include "job_waiting.h"
#include "json_out.h"
#include "session.h"

namespace bryo::cli {
namespace {

struct ArchiveBucketOptions {
  std::string source;
  std::string destination;
  std::string list;
  std::string selection;
  std::string prefix;
  client::ArchiveJob job;
  bool flat = false;
  bool wait = false;
};

/// Which objects: a list, or the one thing that names more (a template, a prefix, what follows the bucket).
Status select_objects(const ArchiveBucketOptions& options, const std::string& after_bucket, client::ArchiveJob& job) {
  std::vector<std::string> given;
  for (const auto* one : {&options.selection, &options.prefix, &after_bucket}) {
    if (!one->empty()) given.push_back(*one);
  }
  job.objects = split_list(options.list);
  if (given.size() + (options.list.empty() ? 0 : 1) > 1) {
    return usage_error("only one of --list, --template, --prefix and a name after the bucket");
  }
  if (!options.list.empty() && job.objects.empty()) return usage_error("--list is empty");
  if (!given.empty()) job.selection = given.front();
  return {};
}

Status run_archive_bucket(const ArchiveBucketOptions& options, Session& session) {
  BRYO_TRY(source, uri_argument(options.source));
  BRYO_TRY(destination, uri_argument(options.destination));
  if (!client::format_of_name(destination.object)) {
    return usage_error("\"" + options.destination +
                       "\" names no shard: its name ends with .tar, .tgz, .tar.gz, .zip or .tar.lz4");
  }
  auto job = options.job;
  job.to = destination.bucket;
  job.shard = destination.object;
  job.recursive = !options.flat;
  BRYO_CHECK(select_objects(options, source.object, job));
  BRYO_TRY(client, session.client());
  BRYO_TRY(id, client.archive_objects(source.bucket, job));
  auto& console = session.console();
  const auto shard = destination.bucket.uri() + "/" + destination.object;
  if (!options.wait) {
    if (console.json) {
      console.print(to_text({{"job", id}, {"destination", shard}}));
    } else {
      console.print(id);
      console.note("packing into " + shard + ": `bryo show job " + id + "` shows how far it is");
    }
    return {};
  }
  console.note("job " + id);
  BRYO_CHECK(wait_for_job(client, id, "objects", session));
  BRYO_TRY(info, client.head_object(destination.bucket, destination.object));
  if (console.json) {
    console.print(to_text({{"job", id}, {"destination", shard}, {"size", info.size}}));
  } else {
    console.print("packed " + source.bucket.uri() + " into " + shard + ", " + show_size(info.size));
  }
  return {};
}

}  // namespace

Action declare_archive_bucket(CLI::App& app) {
  auto options = std::make_shared<ArchiveBucketOptions>();
  app.add_option("SOURCE", options->source, "Bucket, with a template or prefix after it if not all is meant")
      ->required();
  app.add_option("BUCKET/SHARD", options->destination, "The shard; its extension is the format")->required();
  app.add_option("--list", options->list, "Names of objects, between commas");
  app.add_option("--template", options->selection, "Names with ranges: x-{000..099}.jpg");
  app.add_option("--prefix", options->prefix, "Objects whose names begin with this");
  app.add_flag("--nr,--non-recursive", options->flat, "Not what lies deeper than the prefix");
  app.add_flag("--include-src-bck", options->job.with_bucket_name, "Members are called BUCKET/NAME");
  app.add_flag("--base-names", options->job.base_names, "Members are called by the last part of their names");
  app.add_flag("--append-or-put,--append", options->job.append,
               "Append if the shard exists; else it would be replaced");
  app.add_flag("--cont-on-err", options->job.continue_on_error, "Go on when objects cannot be read");
  app.add_flag("--wait", options->wait, "Return when the shard is there");
  return [options](Session& session) { return run_archive_bucket(*options, session); };
}

}  // namespace bryo::cli
