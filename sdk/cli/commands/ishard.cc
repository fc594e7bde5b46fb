#include <CLI/CLI.hpp>
#include <memory>

#include "commands/commands.h"
#include "format.h"
#include "ishard_wish.h"
#include "json_out.h"
#include "progress.h"
#include "session.h"
#include "shard_plan_view.h"
#include "shard_writing.h"

namespace bryo::cli {
namespace {

/// Shards written among their own source would be packed again by the next run.
Status check_apart(const SampleSource& source, const BucketName& destination, const IshardWish& wish) {
  const auto uri = source.uri();
  if (!uri || uri->bucket != destination) return {};
  for (auto names : wish.names) {
    const auto first = names.next();
    if (first && first->starts_with(uri->object)) {
      return usage_error("the shards would stand among their source (" + uri->bucket.uri() + "/" + uri->object +
                         "): name another bucket, or a prefix outside of it");
    }
  }
  return {};
}

Result<std::vector<Sample>> read_samples(SampleSource& source, const IshardWish& wish, Session& session) {
  Progress listed(session.console(), "files listed", 0, 0);
  const auto next = [&]() -> Result<std::optional<SampleFile>> {
    if (session.stop().stop_requested()) return Error(Errc::Cancelled, "cancelled");
    BRYO_TRY(file, source.next());
    if (!file) return file;
    listed.add_bytes(file->size);
    listed.add_item();
    return file;
  };
  BRYO_TRY(samples, group_samples(next, wish.key));
  return samples;
}

Status check_unmapped(const ShardPlan& plan, MissingAction action, Console& console) {
  if (plan.unmapped.empty() || action == MissingAction::Ignore || action == MissingAction::Exclude) return {};
  const auto told = count_of(plan.unmapped.size(), "sample") + " not in the external key map, the first is \"" +
                    plan.unmapped.front()->key + "\"";
  if (action == MissingAction::Abort) {
    return Error(Errc::InvalidArgument,
                 told + ": complete the map, or pass --unmapped warn or ignore to leave them out");
  }
  console.warn(told);
  return {};
}

Status report(Console& console, const BucketName& bucket, const WrittenShards& written, std::uint64_t same,
              const IshardWish& wish) {
  if (console.json) {
    JsonOut json{{"destination", bucket.uri()},
                 {"shards", written.shards},
                 {"samples", written.samples},
                 {"bytes", written.bytes},
                 {"there_already", same},
                 {"failed", written.failed},
                 {"seconds", seconds_of(written.time)}};
    if (wish.order == SampleOrder::Shuffle) json["seed"] = wish.seed;
    console.print(to_text(json));
  } else {
    auto line = "made " + show_count(written.shards, "shard") + " of " + show_count(written.samples, "sample") + ", " +
                show_size(written.bytes) + " in " + bucket.uri() + " in " + show_duration(written.time) + " (" +
                show_rate(written.bytes, written.time) + ")";
    if (same > 0) line += "; " + count_of(same, "shard") + " there already";
    if (written.shards == 0 && written.failed == 0)
      line = "nothing to do: " + count_of(same, "shard") + " there already";
    console.print(line);
  }
  if (written.failed == 0) return {};
  return Error(Errc::Io, count_of(written.failed, "shard") + " not made: run the same command again for them");
}

Status check_there(const ShardsThere& there, const BucketName& bucket, bool force) {
  if (there.other.empty() || force) return {};
  return Error(Errc::Conflict,
               bucket.uri() + "/" + there.other.front()->name +
                   (there.other.size() == 1 ? std::string(" exists")
                                            : " and " + std::to_string(there.other.size() - 1) + " more exist") +
                   " with other content, and nothing was written: name the shards otherwise, or pass "
                   "--force to replace them");
}

Status run_ishard(const IshardOptions& options, Session& session) {
  BRYO_TRY(wish, ishard_wish(options));
  BRYO_TRY(client, session.client());
  BRYO_TRY(source, open_sample_source(options.source, client));
  const auto bucket = wish.names.front().bucket;
  BRYO_CHECK(check_apart(*source, bucket, wish));
  auto& console = session.console();
  if (!options.dry_run) {
    const auto props = client.bucket_props(bucket);
    if (!props && props.error().code() == Errc::NotFound) {
      return Error(Errc::NotFound,
                   bucket.uri() + " does not exist: `bryo bucket create " + bucket.uri() + "` makes it");
    }
    if (!props) return props.error();
  }
  BRYO_TRY(samples, read_samples(*source, wish, session));
  if (!wish.extensions.empty()) {
    BRYO_TRY(faults, check_extensions(samples, wish.extensions, wish.missing, console));
    if (faults > 0 && wish.missing == MissingAction::Exclude) {
      console.note(count_of(faults, "sample") +
                   " not as --exts wants: those that lack one were left out, and files with others");
    }
  }
  if (samples.empty()) return Error(Errc::NotFound, "no files to shard in " + options.source);
  order_samples(samples, wish.order, wish.seed);
  BRYO_TRY(plan, plan_shards(samples, {.limits = wish.limits,
                                       .by_folder = options.by_folder,
                                       .map = wish.map ? &*wish.map : nullptr,
                                       .names = wish.names}));
  BRYO_CHECK(check_unmapped(plan, wish.unmapped, console));
  if (options.dry_run) {
    print_plan(plan, options.show_keys, console);
    return {};
  }
  if (wish.order == SampleOrder::Shuffle && !wish.seed_given) {
    // Said before the work: a run that is interrupted is continued with it.
    console.note("shuffled with --seed " + std::to_string(wish.seed) + ", which gives the same shards again");
  }
  BRYO_TRY(there, find_shards(client, bucket, plan, options.workers, session));
  BRYO_CHECK(check_there(there, bucket, options.force));
  auto wanted = there.missing;
  wanted.insert(wanted.end(), there.other.begin(), there.other.end());
  BRYO_TRY(written, write_shards(client, bucket, *source, wanted, options.workers, session));
  return report(console, bucket, written, there.same, wish);
}

}  // namespace

Action declare_ishard(CLI::App& app) {
  auto options = std::make_shared<IshardOptions>();
  app.add_option("SOURCE", options->source, "A folder, or a bucket with its provider: ais://b or ais://b/prefix")
      ->required();
  app.add_option("BUCKET[/TEMPLATE]", options->destination,
                 "Where the shards go and how they are named: train-%06d.tar, s-{000..099}.tgz; default: "
                 "shard-%06d.tar")
      ->required();
  app.add_option("--shard-size", options->shard_size,
                 "A shard is full before it is larger, as a TAR; default: 100MiB, without limit if --samples is given");
  app.add_option("-n,--samples", options->samples, "Samples in a shard, at most");
  app.add_option("--key", options->key,
                 "What a sample's files share: name (folder and name up to the first dot), base (the same without the "
                 "folder), or a regular expression's first group")
      ->capture_default_str();
  app.add_flag("--by-folder", options->by_folder, "Samples of different folders never share a shard");
  app.add_option("--sort", options->sort, "Order of the samples: name, name-desc, shuffle, shuffle:SEED")
      ->capture_default_str();
  app.add_option("--seed", options->seed, "Of --sort shuffle; default: another one each time, which is told");
  app.add_option("--exts", options->extensions, "Extensions that every sample has, between commas: .jpg,.cls");
  app.add_option("--missing", options->missing,
                 "If a sample has other extensions: abort, warn, ignore, exclude (leave out what is not as wanted)")
      ->capture_default_str();
  app.add_option("--ekm", options->map_file,
                 "External key map, a file: JSON {TEMPLATE: [REGEX, ...]} or lines REGEX<tab>TEMPLATE")
      ->type_name("FILE");
  app.add_option("--unmapped", options->unmapped, "Samples that the map does not name: abort, warn, ignore")
      ->capture_default_str();
  app.add_option("--format", options->format, "The format where the names have no extension; else .tar");
  app.add_flag("--dry-run", options->dry_run, "Show the shards that would be made");
  app.add_flag("--show-keys", options->show_keys, "With --dry-run: also the samples and their files");
  app.add_flag("--force", options->force, "Replace shards that exist with other content");
  app.add_option("-j,--workers", options->workers, "Shards made at once")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  return [options](Session& session) { return run_ishard(*options, session); };
}

}  // namespace bryo::cli
