#include <CLI/CLI.hpp>
#include <atomic>
#include <memory>

#include "arguments.h"
#include "commands/commands.h"
#include "format.h"
#include "json_out.h"
#include "session.h"
#include "workers.h"

namespace bryo::cli {
namespace {

struct RmOptions {
  std::vector<std::string> uris;
  std::string list;
  std::string prefix;
  int workers = 8;
  bool all = false;
  bool yes = false;
};

struct DoomedObject {
  BucketName bucket;
  std::string name;
};

using DoomedSource = std::function<Result<std::optional<DoomedObject>>()>;

DoomedSource from_vector(std::vector<DoomedObject> objects) {
  auto at = std::make_shared<std::size_t>(0);
  return [objects = std::move(objects), at]() -> Result<std::optional<DoomedObject>> {
    if (*at == objects.size()) return std::optional<DoomedObject>();
    return std::optional(objects[(*at)++]);
  };
}

DoomedSource from_listing(const client::Client& client, const BucketName& bucket, const std::string& prefix) {
  auto listing =
      std::make_shared<client::ObjectIterator>(client, bucket, client::ListOptions{.prefix = prefix, .props = "name"});
  return [listing, bucket]() -> Result<std::optional<DoomedObject>> {
    BRYO_TRY(object, listing->next());
    if (!object) return std::optional<DoomedObject>();
    return std::optional(DoomedObject{bucket, std::move(object->name)});
  };
}

Result<DoomedSource> choose(const RmOptions& options, const client::Client& client, Console& console) {
  const bool many = !options.list.empty() || !options.prefix.empty() || options.all;
  if (!many) {
    std::vector<DoomedObject> objects;
    for (const auto& text : options.uris) {
      BRYO_TRY(uri, uri_argument(text));
      if (uri.object.empty()) {
        return usage_error("\"" + text + "\" is a bucket: name objects, give --list, --prefix or --all, or remove it " +
                           "with `bryo bucket rm`");
      }
      objects.push_back({uri.bucket, uri.object});
    }
    return from_vector(std::move(objects));
  }
  if (options.uris.size() != 1) return usage_error("--list, --prefix and --all take one BUCKET");
  BRYO_TRY(bucket, bucket_argument(options.uris.front()));
  if (!options.list.empty()) {
    std::vector<DoomedObject> objects;
    for (auto& name : split_list(options.list)) objects.push_back({bucket, std::move(name)});
    if (objects.empty()) return usage_error("--list names no object");
    return from_vector(std::move(objects));
  }
  if (!options.yes) {
    const auto what = options.all ? "everything in " + bucket.uri()
                                  : "all objects of " + bucket.uri() + " that begin with \"" + options.prefix + "\"";
    BRYO_TRY(agreed, console.confirm("Remove " + what + "?"));
    if (!agreed) return from_vector({});
  }
  return from_listing(client, bucket, options.prefix);
}

Status remove_objects(const RmOptions& options, Session& session) {
  BRYO_TRY(client, session.client());
  BRYO_TRY(next, choose(options, client, session.console()));
  std::atomic<std::uint64_t> removed{0};
  std::atomic<std::uint64_t> failed{0};
  const auto work = [&](DoomedObject object) {
    const auto done = client.remove_object(object.bucket, object.name);
    if (!done && done.error().code() != Errc::Cancelled) session.console().fail(done.error().message());
    ++(done ? removed : failed);
  };
  const auto ran = for_each_parallel<DoomedObject>(options.workers, session.stop(), next, work);
  if (session.console().json) {
    session.console().print(to_text({{"removed", removed.load()}, {"failed", failed.load()}}));
  } else if (removed > 0) {
    session.console().print("removed " + show_count(removed, "object"));
  }
  BRYO_CHECK(ran);
  if (failed > 0) return Error(Errc::Io, count_of(failed, "object") + " not removed");
  return {};
}

}  // namespace

Action declare_rm(CLI::App& app) {
  auto options = std::make_shared<RmOptions>();
  app.add_option("OBJECT|BUCKET", options->uris, "Objects; or one bucket with --list, --prefix or --all")->required();
  auto* list = app.add_option("--list", options->list, "Names in the bucket, separated by commas");
  auto* prefix = app.add_option("--prefix", options->prefix, "All names that begin with this");
  auto* all = app.add_flag("--all", options->all, "All objects of the bucket");
  list->excludes(prefix)->excludes(all);
  prefix->excludes(all);
  app.add_option("-j,--workers", options->workers, "Requests at once")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_flag("-y,--yes", options->yes, "Do not ask");
  return [options](Session& session) { return remove_objects(*options, session); };
}

}  // namespace bryo::cli
