#include <bryo/client/output_file.h>
#include <bryo/name_template.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "arguments.h"
#include "batch_archive.h"
#include "commands/commands.h"
#include "format.h"
#include "lhotse_batch.h"
#include "overwrite.h"
#include "wav_archive.h"

namespace bryo::cli {
namespace {

struct LhotseCommandOptions {
  std::string cuts;
  std::string destination;
  std::string output_template;
  std::uint64_t batch_size = 0;
  bool streaming = false;
  bool only_object_name = false;
  LhotseOptions plan;
  BatchArchiveOptions archive;
};

/// What the whole command made.
struct LhotseTotals {
  std::uint64_t batches = 0;
  std::uint64_t cuts = 0;
};

Result<client::ArchiveFormat> format_of(const std::string& destination) {
  if (destination == "-" || destination.starts_with("/dev/")) return client::ArchiveFormat::Tar;
  const auto format = client::format_of_name(destination);
  if (!format) {
    return usage_error("unknown archive extension of \"" + destination +
                       "\": name it .tar, .tgz, .tar.gz, .zip or .tar.lz4");
  }
  return *format;
}

/// Fails when `names` cannot name all batches, before the first is written. Standard input cannot be read twice: there
/// the last name tells.
Status check_names_suffice(const LhotseCommandOptions& options, const NameTemplate& names) {
  if (!names.count() || options.cuts == "-") return {};
  BRYO_TRY(reader, CutReader::open(options.cuts));
  std::uint64_t cuts = 0;
  for (;; ++cuts) {
    BRYO_TRY(cut, reader.next());
    if (!cut) break;
  }
  const auto batches = (cuts + options.batch_size - 1) / options.batch_size;
  if (batches <= *names.count()) return {};
  return usage_error("--output-template \"" + options.output_template + "\" gives " + std::to_string(*names.count()) +
                     " names, and " + std::to_string(cuts) + " cuts by " + std::to_string(options.batch_size) +
                     " make " + std::to_string(batches) + " batches: give it a longer range");
}

/// Up to `limit` cuts (0 = all).
Result<std::vector<Cut>> take_cuts(CutReader& reader, std::uint64_t limit) {
  std::vector<Cut> cuts;
  while (limit == 0 || cuts.size() < limit) {
    BRYO_TRY(cut, reader.next());
    if (!cut) break;
    cuts.push_back(std::move(*cut));
  }
  return cuts;
}

/// The archive as the server makes it, or rebuilt here with a header before each slice.
Status write_one(const client::Client& client, LhotseBatch batch, const std::string& destination,
                 const LhotseCommandOptions& options, Session& session) {
  auto& console = session.console();
  BRYO_TRY(format, format_of(destination));
  const bool slices = options.plan.sample_rate > 0 && !options.plan.raw;
  if (slices && format == client::ArchiveFormat::Zip) {
    return usage_error(
        "WAV slices go into .tar, .tgz, .tar.gz or .tar.lz4; for .zip give --raw (samples without header)");
  }
  batch.request.continue_on_error = options.plan.continue_on_error;
  batch.request.only_object_name = options.only_object_name;
  BRYO_TRY(agreed, may_overwrite(destination, options.archive.yes, console));
  if (!agreed) return Error(Errc::Cancelled, destination + " was not overwritten");
  if (!slices) {
    batch.request.format = format;
    batch.request.streaming = options.streaming;
    auto quiet = options.archive;
    quiet.quiet = true;
    return write_batch_archive(client, batch.request, destination, quiet, session);
  }
  Progress progress(console, "slices", batch.slices.size(), 0);
  const auto write = [&](client::ByteSink& sink) -> Status {
    BRYO_TRY(written, write_wav_archive(client, batch, format, sink, progress));
    for (const auto& sentence : written.missing) console.warn(sentence);
    return {};
  };
  if (destination == "-") {
    StandardOutput output(console);
    return write(output);
  }
  BRYO_TRY(file, client::OutputFile::create(destination));
  BRYO_CHECK(write(file));
  return file.commit();
}

Status check_options(const LhotseCommandOptions& options, Console& console) {
  if (options.batch_size > 0 && options.output_template.empty()) {
    return usage_error("--batch-size needs --output-template, e.g. batch-{0001..0100}.tar");
  }
  if (options.batch_size == 0 && !options.output_template.empty()) {
    return usage_error("--output-template needs --batch-size");
  }
  if (options.batch_size == 0 && options.destination.empty()) {
    return usage_error("name the archive to write, or give --batch-size and --output-template");
  }
  if (options.plan.raw && options.plan.sample_rate == 0) return usage_error("--raw needs --sample-rate");
  if (options.batch_size > 0 && !options.destination.empty()) {
    console.warn("\"" + options.destination + "\" is ignored: --output-template names the archives");
  }
  return {};
}

Result<NameTemplate> output_names(const LhotseCommandOptions& options) {
  auto names = NameTemplate::parse(options.output_template);
  if (!names) return usage_error(names.error().message());
  if (names->ranges() == 0) {
    return usage_error("--output-template \"" + options.output_template + "\" has no range: batch-{0001..0100}.tar");
  }
  // A wrong extension is told before anything is fetched.
  BRYO_CHECK(format_of(options.output_template));
  return names;
}

void report_one(Console& console, const LhotseCommandOptions& options, const std::string& name, std::size_t entries) {
  if (options.archive.quiet || name == "-" || console.json) return;
  console.print("Created " + name + " with " + std::to_string(entries) + " objects and/or archived files");
}

Status run_lhotse(const LhotseCommandOptions& options, Session& session) {
  auto& console = session.console();
  BRYO_CHECK(check_options(options, console));
  std::optional<NameTemplate> names;
  if (options.batch_size > 0) {
    BRYO_TRY(parsed, output_names(options));
    BRYO_CHECK(check_names_suffice(options, parsed));
    names = std::move(parsed);
  } else {
    BRYO_CHECK(format_of(options.destination));
  }
  BRYO_TRY(client, session.client());
  BRYO_TRY(reader, CutReader::open(options.cuts));
  WavHeaders headers(client);
  LhotseTotals totals;
  while (true) {
    BRYO_TRY(cuts, take_cuts(reader, options.batch_size));
    if (cuts.empty()) break;
    const auto name = names ? names->next() : std::optional(options.destination);
    if (!name) {
      return Error(Errc::InvalidArgument, "template exhausted at batch " + std::to_string(totals.batches + 1) +
                                              " (generated " + std::to_string(totals.batches) +
                                              " batches so far): give --output-template a longer range");
    }
    BRYO_TRY(batch, plan_batch(cuts, options.plan, headers, session.stop()));
    const auto entries = batch.slices.size();
    BRYO_CHECK(write_one(client, std::move(batch), *name, options, session));
    report_one(console, options, *name, entries);
    totals.batches += 1;
    totals.cuts += cuts.size();
    if (options.batch_size == 0) break;
  }
  if (totals.batches == 0) return Error(Errc::InvalidArgument, options.cuts + " holds no cut");
  if (console.json) {
    console.print("{\"batches\": " + std::to_string(totals.batches) + ", \"cuts\": " + std::to_string(totals.cuts) +
                  "}");
  } else if (options.batch_size > 0 && !options.archive.quiet) {
    console.print("Generated " + std::to_string(totals.batches) + " batches from " + std::to_string(totals.cuts) +
                  " cuts");
  }
  return {};
}

}  // namespace

Action declare_ml_lhotse_get_batch(CLI::App& app) {
  auto options = std::make_shared<LhotseCommandOptions>();
  auto* o = options.get();
  app.add_option("DST", o->destination, "Archive to write: .tar .tgz .tar.gz .zip .tar.lz4, or - (standard output)");
  app.add_option("--cuts", o->cuts, "Manifest: one cut per line of JSON; plain, gzip or LZ4; - is standard input")
      ->required();
  app.add_option("--batch-size", o->batch_size, "Cuts per archive")->check(CLI::Range(1, 100'000'000));
  app.add_option("--output-template", o->output_template,
                 "Names of the archives: batch-{0001..0100}.tar, batch-%04d.tgz");
  app.add_option("--sample-rate", o->plan.sample_rate,
                 "Only the samples of each cut, at this rate (which the WAVs must have): each becomes a WAV named "
                 "after its cut. Without it: whole objects")
      ->check(CLI::Range(1000, 384000));
  app.add_flag("--raw", o->plan.raw, "With --sample-rate: the bare samples, named after their objects");
  app.add_flag("--cont-on-err", o->plan.continue_on_error, "What fails becomes an empty file __404__/...");
  app.add_flag("--streaming", o->streaming, "Send members as they are read, without metadata before them");
  app.add_flag("--omit-src-bck", o->only_object_name, "Member names without the bucket");
  declare_batch_archive_options(app, o->archive);
  return [options](Session& session) { return run_lhotse(*options, session); };
}

}  // namespace bryo::cli
