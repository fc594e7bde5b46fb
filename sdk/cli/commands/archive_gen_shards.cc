#include <CLI/CLI.hpp>
#include <atomic>
#include <memory>
#include <random>

#include "arguments.h"
#include "commands/commands.h"
#include "format.h"
#include "generated_shard.h"
#include "json_out.h"
#include "progress.h"
#include "session.h"
#include "shard_names.h"
#include "size_argument.h"
#include "verified_put.h"
#include "workers.h"

namespace bryo::cli {
namespace {

struct GenShardsOptions {
  std::string shards;
  std::string format;
  std::string size = "1KiB";
  std::string extensions = ".test";
  std::optional<std::uint64_t> seed;
  std::uint64_t samples = 5;
  int workers = 8;
  bool cleanup = false;
  bool yes = false;
};

Result<GeneratedShape> shape_of(const GenShardsOptions& options) {
  BRYO_TRY(size, size_argument("--size", options.size));
  BRYO_TRY(extensions, extensions_argument("--ext", options.extensions));
  GeneratedShape shape{.samples = options.samples, .size = size, .extensions = std::move(extensions)};
  shape.seed = options.seed ? *options.seed : std::uint64_t{std::random_device{}()};
  return shape;
}

/// The bucket is there, and empty if `cleanup`.
Status prepare_bucket(const client::Client& client, const BucketName& bucket, const GenShardsOptions& options,
                      Console& console) {
  if (options.cleanup) {
    if (!options.yes) {
      BRYO_TRY(agreed, console.confirm("Remove " + bucket.uri() + " and all its objects first?"));
      if (!agreed) return Error(Errc::Cancelled, "nothing was done");
    }
    const auto destroyed = client.destroy_bucket(bucket);
    if (!destroyed && destroyed.error().code() != Errc::NotFound) return destroyed.error();
  }
  const auto created = client.create_bucket(bucket);
  if (!created && created.error().code() != Errc::Conflict) return created.error();
  return {};
}

struct NumberedShard {
  std::uint64_t number = 0;
  std::string name;
};

Status generate_shards(const GenShardsOptions& options, Session& session) {
  BRYO_TRY(shape, shape_of(options));
  BRYO_TRY(shards, parse_shard_names(options.shards, options.format));
  const auto count = shards.names.count();
  if (!count) return usage_error("\"" + options.shards + "\" has no end: write it like shard-{000..099}.tar");
  BRYO_TRY(client, session.client());
  auto& console = session.console();
  BRYO_CHECK(prepare_bucket(client, shards.bucket, options, console));

  const auto members = shape.samples * shape.extensions.size();
  Progress progress(console, "shards", *count, 0);
  std::atomic<std::uint64_t> failed{0};
  std::uint64_t number = 0;
  const auto next = [&]() -> Result<std::optional<NumberedShard>> {
    auto name = shards.next();
    if (!name) return std::optional<NumberedShard>();
    return std::optional(NumberedShard{number++, std::move(*name)});
  };
  const auto work = [&](NumberedShard shard) {
    GeneratedShard content(shape, shard.number);
    client::ArchiveBody body(shards.format, content);
    const auto done = put_verified(client, shards.bucket, shard.name, body, {}, &progress);
    if (done) return progress.add_item();
    ++failed;
    if (done.error().code() != Errc::Cancelled) console.fail(shard.name + ": " + done.error().message());
  };
  BRYO_CHECK(for_each_parallel<NumberedShard>(options.workers, session.stop(), next, work));
  if (console.json) {
    console.print(to_text({{"destination", shards.bucket.uri()},
                           {"shards", progress.items()},
                           {"members", progress.items() * members},
                           {"bytes", progress.bytes()},
                           {"seed", shape.seed},
                           {"failed", failed.load()},
                           {"seconds", seconds_of(progress.elapsed())}}));
  } else if (progress.items() > 0) {
    console.print("generated " + show_count(progress.items(), "shard") + " of " + show_count(members, "member") + ", " +
                  show_size(progress.bytes()) + " in " + shards.bucket.uri() + " in " +
                  show_duration(progress.elapsed()) + " (" + show_rate(progress.bytes(), progress.elapsed()) +
                  "; --seed " + std::to_string(shape.seed) + " gives the same again)");
  }
  if (failed > 0) return Error(Errc::Io, count_of(failed, "shard") + " not generated");
  return {};
}

}  // namespace

Action declare_archive_gen_shards(CLI::App& app) {
  auto options = std::make_shared<GenShardsOptions>();
  app.add_option("BUCKET/TEMPLATE", options->shards,
                 "Names of the shards; their extension is the format: .tar .tgz .tar.gz .zip .tar.lz4")
      ->required();
  app.add_option("-n,--samples,--fcount", options->samples, "Samples in a shard")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{10'000'000}))
      ->capture_default_str();
  app.add_option("--size,--fsize", options->size, "Bytes of a member, as 4096 or 64KiB")->capture_default_str();
  app.add_option("--ext,--fext", options->extensions, "Extensions between commas; each sample has a member of each")
      ->capture_default_str();
  app.add_option("--format", options->format, "The format where the names have no extension; else .tar");
  app.add_option("--seed", options->seed, "The same seed makes the same bytes; default: another one each time");
  app.add_option("-j,--workers,--num-workers", options->workers, "Shards made and sent at once")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_flag("--cleanup", options->cleanup, "Remove the bucket with all that is in it, and create it again");
  app.add_flag("-y,--yes", options->yes, "Do not ask before --cleanup");
  return [options](Session& session) { return generate_shards(*options, session); };
}

}  // namespace bryo::cli
