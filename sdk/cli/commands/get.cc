#include <CLI/CLI.hpp>
#include <atomic>
#include <filesystem>
#include <memory>

#include "arguments.h"
#include "commands/commands.h"
#include "format.h"
#include "local_name.h"
#include "overwrite.h"
#include "progress.h"
#include "received.h"
#include "session.h"
#include "workers.h"

namespace bryo::cli {
namespace {

struct GetCommandOptions {
  std::string uri;
  std::string destination;
  std::string prefix;
  std::string archpath;
  std::int64_t offset = 0;
  std::int64_t length = 0;
  int workers = 8;
  bool all = false;
  bool unverified = false;
  bool yes = false;
};

Result<client::ByteRange> range_of(const GetCommandOptions& options) {
  if (options.offset < 0 || options.length < 0) return usage_error("--offset and --length are counts of bytes from 0");
  if (options.offset == 0 && options.length == 0) return client::ByteRange{};
  return client::ByteRange{options.offset, options.length == 0 ? -1 : options.length};
}

Status get_one(const GetCommandOptions& options, const client::ObjectUri& uri, Session& session) {
  BRYO_TRY(client, session.client());
  BRYO_TRY(range, range_of(options));
  const auto path = local_path(options.destination, options.archpath.empty() ? uri.object : options.archpath);
  const bool to_output = options.destination == "-";
  if (!to_output) {
    BRYO_TRY(agreed, may_overwrite(path, options.yes, session.console()));
    if (!agreed) return {};
  }
  BRYO_TRY(object, client.get_object(uri.bucket, uri.object,
                                     {.range = range, .archpath = options.archpath, .verify = !options.unverified}));
  Progress progress(session.console(), "objects", 1, object.size().value_or(0));
  if (to_output) return receive_into_output(object, progress, session.console());
  BRYO_CHECK(receive_into_file(object, path, progress));
  report_received(session.console(), "object", uri.bucket.uri() + "/" + uri.object, path, progress, 0);
  return {};
}

/// Everything below a prefix, into a folder that mirrors the names after the prefix's last '/'.
Status get_many(const GetCommandOptions& options, const BucketName& bucket, const std::string& prefix,
                Session& session) {
  if (options.destination == "-") return usage_error("many objects cannot go to standard output: name a folder");
  if (!options.archpath.empty() || options.offset != 0 || options.length != 0) {
    return usage_error("--archpath, --offset and --length are for one object");
  }
  BRYO_TRY(client, session.client());
  const std::filesystem::path folder(options.destination.empty() ? "." : options.destination);
  const auto cut = prefix.rfind('/') == std::string::npos ? 0 : prefix.rfind('/') + 1;
  client::ObjectIterator objects(client, bucket, {.prefix = prefix, .props = "name,size"});
  Progress progress(session.console(), "objects", 0, 0);
  std::atomic<std::uint64_t> failed{0};
  const auto work = [&](client::ListedObject object) {
    const auto done = [&]() -> Status {
      BRYO_TRY(name, local_name(std::string_view(object.name).substr(cut)));
      const auto path = (folder / name).string();
      std::error_code ignored;
      if (!options.yes && std::filesystem::exists(path, ignored)) {
        return Error(Errc::Conflict, path + " exists: pass --yes to overwrite");
      }
      BRYO_TRY(reader, client.get_object(bucket, object.name, {.verify = !options.unverified}));
      return receive_into_file(reader, path, progress);
    }();
    if (done) return;
    ++failed;
    if (done.error().code() != Errc::Cancelled) session.console().fail(done.error().message());
  };
  BRYO_CHECK(for_each_parallel<client::ListedObject>(
      options.workers, session.stop(), [&] { return objects.next(); }, work));
  report_received(session.console(), "object", bucket.uri() + "/" + prefix, folder.string(), progress, failed);
  if (failed > 0) return Error(Errc::Io, count_of(failed, "object") + " not got");
  if (progress.items() == 0) {
    return Error(Errc::NotFound, "no object of " + bucket.uri() + " begins with \"" + prefix + "\"");
  }
  return {};
}

Status run_get(const GetCommandOptions& options, Session& session) {
  BRYO_TRY(uri, uri_argument(options.uri));
  if (!options.prefix.empty() && !uri.object.empty()) return usage_error("--prefix takes a BUCKET without a name");
  if (!options.prefix.empty() || options.all) return get_many(options, uri.bucket, options.prefix, session);
  if (uri.object.ends_with('/')) return get_many(options, uri.bucket, uri.object, session);
  if (uri.object.empty())
    return usage_error("\"" + options.uri + "\" is a bucket: name an object, or give --prefix or --all");
  return get_one(options, uri, session);
}

}  // namespace

Action declare_get(CLI::App& app) {
  auto options = std::make_shared<GetCommandOptions>();
  app.add_option("OBJECT|BUCKET/PREFIX/", options->uri, "An object; with '/' at the end, everything below it")
      ->required();
  app.add_option("DESTINATION", options->destination,
                 "File, folder, or - (standard output); default: the object's last name in this folder");
  app.add_option("--prefix", options->prefix, "All objects of the bucket that begin with this");
  app.add_flag("--all", options->all, "All objects of the bucket");
  app.add_option("--archpath", options->archpath, "A member of the object, which is an archive");
  app.add_option("--offset", options->offset, "First byte");
  app.add_option("--length", options->length, "Bytes; to the end if left out");
  app.add_flag("--no-verify", options->unverified, "Do not compare the bytes with the object's checksum");
  app.add_option("-j,--workers", options->workers, "Objects got at once")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_flag("-y,--yes", options->yes, "Overwrite files without asking");
  return [options](Session& session) { return run_get(*options, session); };
}

}  // namespace bryo::cli
