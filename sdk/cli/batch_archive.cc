#include "batch_archive.h"

#include <bryo/client/output_file.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "format.h"
#include "json_out.h"
#include "progress.h"
#include "table.h"

namespace bryo::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// Named one by one up to this many.
constexpr std::size_t kShownMissing = 20;

/// Notes when the first byte came, and draws progress.
class WatchedSink final : public client::ByteSink {
 public:
  WatchedSink(client::ByteSink& sink, Progress& progress) : sink_(sink), progress_(progress) {}
  Status write(std::span<const std::byte> bytes) override {
    if (!first_) first_ = SteadyClock::now();
    BRYO_CHECK(sink_.write(bytes));
    progress_.add_bytes(bytes.size());
    return {};
  }
  [[nodiscard]] std::optional<SteadyClock::time_point> first() const noexcept { return first_; }

 private:
  client::ByteSink& sink_;
  Progress& progress_;
  std::optional<SteadyClock::time_point> first_;
};

struct BatchOutput {
  std::vector<client::BatchItem> items;  ///< all, or the missing ones only
  std::size_t entries = 0;
  std::uint64_t bytes = 0;
  std::chrono::nanoseconds time{};
  std::chrono::nanoseconds first_byte{};
};

Result<BatchOutput> receive(const client::Client& client, const client::BatchRequest& request, client::ByteSink& sink,
                            bool all_items, Console& console) {
  const auto begin = SteadyClock::now();
  Progress progress(console, "entries", request.entries.size(), 0);
  WatchedSink watched(sink, progress);
  BatchOutput output{.items = {}, .entries = request.entries.size()};
  BRYO_TRY(reader, client.get_batch(request));
  const auto note_item = [&](const client::BatchItem& item) {
    progress.add_item();
    if (all_items || item.missing) output.items.push_back(item);
  };
  BRYO_TRY(bytes, reader.copy_archive(watched, note_item));
  output.bytes = bytes;
  output.time = SteadyClock::now() - begin;
  output.first_byte = watched.first().value_or(SteadyClock::now()) - begin;
  return output;
}

void warn_of_missing(const BatchOutput& output, Console& console) {
  std::size_t missing = 0;
  for (const auto& item : output.items) {
    if (!item.missing) continue;
    if (++missing <= kShownMissing) {
      console.warn("entry " + std::to_string(item.index) + " failed: " + (item.error.empty() ? item.name : item.error));
    }
  }
  if (missing > kShownMissing) console.warn("and " + std::to_string(missing - kShownMissing) + " more failed");
}

JsonOut json_of_output(const BatchOutput& output, const std::string& destination, const client::BatchRequest& request,
                       bool all_items) {
  auto missing = JsonOut::array();
  auto members = JsonOut::array();
  for (const auto& item : output.items) {
    if (item.missing) missing.push_back({{"index", item.index}, {"name", item.name}, {"error", item.error}});
    if (all_items) members.push_back({{"name", item.name}, {"size", item.size}});
  }
  JsonOut json{{"archive", destination},
               {"format", client::extension_of(request.format)},
               {"entries", output.entries},
               {"missing", std::move(missing)},
               {"bytes", output.bytes},
               {"seconds", seconds_of(output.time)},
               {"first_byte_seconds", seconds_of(output.first_byte)}};
  if (all_items) json["members"] = std::move(members);
  return json;
}

void report_batch(const BatchOutput& output, const std::string& destination, const client::BatchRequest& request,
                  const BatchArchiveOptions& options, Console& console) {
  if (options.quiet) return;
  if (console.json) {
    console.print(to_text(json_of_output(output, destination, request, options.members)));
    return;
  }
  if (options.members && !output.items.empty()) {
    Table table({"INDEX", "MEMBER", "SIZE"});
    for (const auto& item : output.items) {
      table.add({std::to_string(item.index), item.name, item.missing ? "missing" : show_size(item.size)});
    }
    table.print(console);
  }
  const auto count = show_count(output.entries, "object");
  console.print(request.streaming ? "Streamed " + count + " to " + destination
                                  : "Created ML batch archive " + destination + " with " + count);
  if (options.members) {
    console.print(show_size(output.bytes) + " in " + show_duration(output.time) + " (" +
                  show_rate(output.bytes, output.time) + "), first byte after " + show_duration(output.first_byte));
  }
}

}  // namespace

void declare_batch_archive_options(CLI::App& app, BatchArchiveOptions& options) {
  app.add_flag("-y,--yes", options.yes, "Overwrite DST without asking");
  app.add_flag("--nv,--non-verbose", options.quiet, "Print no result");
  app.add_flag("-v,--verbose", options.members, "List the members, with rate and time of the first byte");
}

Status write_batch_archive(const client::Client& client, const client::BatchRequest& request,
                           const std::string& destination, const BatchArchiveOptions& options, Session& session) {
  auto& console = session.console();
  if (destination == "-") {
    StandardOutput sink(console);
    BRYO_TRY(output, receive(client, request, sink, false, console));
    warn_of_missing(output, console);
    return {};
  }
  BRYO_TRY(file, client::OutputFile::create(destination));
  BRYO_TRY(output, receive(client, request, file, options.members, console));
  BRYO_CHECK(file.commit());
  warn_of_missing(output, console);
  report_batch(output, destination, request, options, console);
  return {};
}

}  // namespace bryo::cli
