#include <CLI/CLI.hpp>
#include <atomic>
#include <filesystem>
#include <memory>

#include "arguments.h"
#include "commands/commands.h"
#include "file_walk.h"
#include "format.h"
#include "json_out.h"
#include "progress.h"
#include "session.h"
#include "verified_put.h"
#include "workers.h"

namespace bryo::cli {
namespace {

struct PutCommandOptions {
  std::vector<std::string> paths;  ///< sources, then the destination
  std::vector<std::string> custom;
  int workers = 8;
};

struct PutTarget {
  const client::Client& client;
  const BucketName& bucket;
  const client::PutOptions& options;
};

Status put_one(const PutTarget& target, const std::string& object, client::BodySource& body, Progress& progress) {
  BRYO_CHECK(put_verified(target.client, target.bucket, object, body, target.options, &progress));
  progress.add_item();
  return {};
}

Result<client::PutOptions> put_options(const PutCommandOptions& options) {
  client::PutOptions put;
  for (const auto& pair : options.custom) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) return usage_error("--custom \"" + pair + "\" is not KEY=VALUE");
    put.custom.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  return put;
}

/// Where the sources go: one object, or names below a prefix.
struct Destination {
  BucketName bucket;
  std::string object;
  std::string prefix;
};

Result<Destination> destination_of(const std::string& text, const std::vector<std::string>& sources) {
  BRYO_TRY(uri, uri_argument(text));
  std::error_code ignored;
  const bool one = sources.size() == 1 && !std::filesystem::is_directory(sources.front(), ignored);
  const bool named = !uri.object.empty() && !uri.object.ends_with('/');
  if (one && named) return Destination{uri.bucket, uri.object, {}};
  std::string prefix = uri.object;
  if (named) prefix += "/";
  return Destination{uri.bucket, {}, prefix};
}

Status put_stream(const PutTarget& target, const Destination& destination, Session& session) {
  if (destination.object.empty()) return usage_error("a stream needs the object's name: bryo put - BUCKET/NAME");
  Progress progress(session.console(), "objects", 1, 0);
  StandardInput input(session.stop());
  client::StreamBody body(input);
  return put_one(target, destination.object, body, progress);
}

struct PutCounts {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t failed = 0;
  std::chrono::nanoseconds time{};
};

Result<PutCounts> put_files(const PutTarget& target, const Destination& destination,
                            const std::vector<std::string>& sources, int workers, Session& session) {
  auto& console = session.console();
  // Totals are worth a walk of their own only where somebody sees them.
  FileTotals totals;
  if (console.draws()) totals = count_files(sources);
  Progress progress(console, "files", totals.files, totals.bytes);
  FileWalk walk(sources);
  std::atomic<std::uint64_t> failed{0};
  const auto next = [&]() -> Result<std::optional<WalkedFile>> {
    while (true) {
      auto file = walk.next();
      if (file) return std::move(*file);
      ++failed;
      console.fail(file.error().message());
    }
  };
  const auto work = [&](WalkedFile file) {
    const auto done = [&]() -> Status {
      BRYO_TRY(body, client::FileBody::open(file.path));
      return put_one(target, destination.object.empty() ? destination.prefix + file.name : destination.object, body,
                     progress);
    }();
    if (done) return;
    ++failed;
    if (done.error().code() != Errc::Cancelled) console.fail(file.path + ": " + done.error().message());
  };
  BRYO_CHECK(for_each_parallel<WalkedFile>(workers, session.stop(), next, work));
  return PutCounts{progress.items(), progress.bytes(), failed, progress.elapsed()};
}

void report(Console& console, const Destination& destination, const PutCounts& counts) {
  const auto where =
      destination.bucket.uri() + "/" + (destination.object.empty() ? destination.prefix : destination.object);
  if (console.json) {
    console.print(to_text({{"destination", where},
                           {"files", counts.files},
                           {"bytes", counts.bytes},
                           {"failed", counts.failed},
                           {"seconds", seconds_of(counts.time)}}));
    return;
  }
  if (counts.files == 0) return;
  console.print("put " + show_count(counts.files, "file") + ", " + show_size(counts.bytes) + " into " + where + " in " +
                show_duration(counts.time) + " (" + show_rate(counts.bytes, counts.time) + ")");
}

Status run_put(const PutCommandOptions& options, Session& session) {
  if (options.paths.size() < 2)
    return usage_error("expected SOURCE... and BUCKET[/NAME]: bryo put cat.jpg ais://images");
  const std::vector<std::string> sources(options.paths.begin(), options.paths.end() - 1);
  BRYO_TRY(destination, destination_of(options.paths.back(), sources));
  BRYO_TRY(put, put_options(options));
  BRYO_TRY(client, session.client());
  const PutTarget target{client, destination.bucket, put};
  if (sources.size() == 1 && sources.front() == "-") return put_stream(target, destination, session);
  BRYO_TRY(counts, put_files(target, destination, sources, options.workers, session));
  report(session.console(), destination, counts);
  if (counts.failed > 0) return Error(Errc::Io, count_of(counts.failed, "file") + " not put");
  return {};
}

}  // namespace

Action declare_put(CLI::App& app) {
  auto options = std::make_shared<PutCommandOptions>();
  app.add_option("SOURCE... BUCKET[/NAME]", options->paths,
                 "Files, folders (with all below them) or - (standard input); then the destination. A name that ends "
                 "with '/' is a prefix")
      ->required();
  app.add_option("--custom", options->custom, "Custom metadata KEY=VALUE; may be repeated")->allow_extra_args(false);
  app.add_option("-j,--workers", options->workers, "Files sent at once")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  return [options](Session& session) { return run_put(*options, session); };
}

}  // namespace bryo::cli
