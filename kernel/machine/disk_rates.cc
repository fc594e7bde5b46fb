#include <kernel/machine/disk_rates.h>

#include <kernel/machine/text_file.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace bryo::kernel {
namespace {

constexpr std::uint64_t kSector = 512;  // of diskstats, whatever the disk's own is
constexpr auto kShortest = std::chrono::seconds(1);

/// Counters may wrap or restart with the device.
std::uint64_t grown(std::uint64_t before, std::uint64_t now) { return now > before ? now - before : 0; }

std::uint64_t per(std::uint64_t amount, std::uint64_t count) { return count == 0 ? 0 : amount / count; }

}  // namespace

DiskCounters parse_diskstats(std::string_view diskstats, std::string_view disk) {
  while (!diskstats.empty()) {
    auto line = diskstats.substr(0, diskstats.find('\n'));
    diskstats.remove_prefix(std::min(line.size() + 1, diskstats.size()));
    std::array<std::string_view, 13>
        words{};  // major minor name reads merged sectors ms writes merged sectors ms now busy
    for (auto& word : words) {
      line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
      word = line.substr(0, line.find(' '));
      line.remove_prefix(word.size());
    }
    if (words[2] != disk) continue;
    const auto number = [&](std::size_t i) {
      std::uint64_t value = 0;
      std::from_chars(words[i].data(), words[i].data() + words[i].size(), value);
      return value;
    };
    return {.reads = number(3),
            .read_bytes = number(5) * kSector,
            .writes = number(7),
            .written_bytes = number(9) * kSector,
            .busy_ms = number(12)};
  }
  return {};
}

DiskRates DiskRatesProbe::read(const std::string& disk, TimePoint now) {
  return advance(disk, parse_diskstats(read_text_file("/proc/diskstats"), disk), now);
}

DiskRates DiskRatesProbe::advance(const std::string& disk, const DiskCounters& counters, TimePoint now) {
  const std::lock_guard lock(mutex_);
  const auto [known, first] = readings_.try_emplace(disk, Reading{.counters = counters, .at = now, .rates = {}});
  Reading& last = known->second;
  if (first || now - last.at < kShortest) return last.rates;
  const auto ms =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now - last.at).count());
  const auto read = grown(last.counters.read_bytes, counters.read_bytes);
  const auto written = grown(last.counters.written_bytes, counters.written_bytes);
  last.rates = {.read_bps = read * 1000 / ms,
                .write_bps = written * 1000 / ms,
                .average_read = per(read, grown(last.counters.reads, counters.reads)),
                .average_write = per(written, grown(last.counters.writes, counters.writes)),
                .util = static_cast<int>(
                    std::min<std::uint64_t>(100, grown(last.counters.busy_ms, counters.busy_ms) * 100 / ms))};
  last.counters = counters;
  last.at = now;
  return last.rates;
}

}  // namespace bryo::kernel
