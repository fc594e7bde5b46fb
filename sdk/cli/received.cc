#include "received.h"

#include <bryo/client/output_file.h>

#include <filesystem>

#include "console.h"
#include "format.h"
#include "json_out.h"
#include "progress.h"

namespace bryo::cli {
namespace {

/// Passes bytes on and counts them.
class CountedSink final : public client::ByteSink {
 public:
  CountedSink(client::ByteSink& sink, Progress& progress) : sink_(sink), progress_(progress) {}
  Status write(std::span<const std::byte> bytes) override {
    BRYO_CHECK(sink_.write(bytes));
    progress_.add_bytes(bytes.size());
    return {};
  }

 private:
  client::ByteSink& sink_;
  Progress& progress_;
};

}  // namespace

std::string local_path(const std::string& destination, std::string_view name) {
  const std::string last(name.substr(name.rfind('/') + 1));
  std::error_code ignored;
  if (destination.empty()) return last;
  if (destination.ends_with('/') || std::filesystem::is_directory(destination, ignored)) {
    return (std::filesystem::path(destination) / last).string();
  }
  return destination;
}

Status receive_into_file(client::ByteInput& input, const std::string& path, Progress& progress) {
  BRYO_TRY(file, client::OutputFile::create(path));
  CountedSink sink(file, progress);
  BRYO_TRY(copied, client::copy(input, sink));
  static_cast<void>(copied);
  BRYO_CHECK(file.commit());
  progress.add_item();
  return {};
}

Status receive_into_output(client::ByteInput& input, Progress& progress, Console& console) {
  StandardOutput output(console);
  CountedSink sink(output, progress);
  BRYO_TRY(copied, client::copy(input, sink));
  static_cast<void>(copied);
  return {};
}

void report_received(Console& console, std::string_view thing, const std::string& source,
                     const std::string& destination, const Progress& progress, std::uint64_t failed) {
  if (console.json) {
    console.print(to_text({{"source", source},
                           {"destination", destination},
                           {std::string(thing) + "s", progress.items()},
                           {"bytes", progress.bytes()},
                           {"failed", failed},
                           {"seconds", seconds_of(progress.elapsed())}}));
    return;
  }
  if (progress.items() == 0) return;
  console.print("got " + show_count(progress.items(), thing) + ", " + show_size(progress.bytes()) + " from " + source +
                " into " + destination + " in " + show_duration(progress.elapsed()) + " (" +
                show_rate(progress.bytes(), progress.elapsed()) + ")");
}

}  // namespace bryo::cli
