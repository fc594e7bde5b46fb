#pragma once

/// How busy a disk is, from the counters of /proc/diskstats.

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// Since the system started (proc_diskstats(5)).
struct DiskCounters {
  std::uint64_t reads = 0, read_bytes = 0;
  std::uint64_t writes = 0, written_bytes = 0;
  std::uint64_t busy_ms = 0;
};

struct DiskRates {
  std::uint64_t read_bps = 0, write_bps = 0;          ///< bytes a second
  std::uint64_t average_read = 0, average_write = 0;  ///< bytes of one operation
  int util = 0;                                       ///< percent of the time that the disk was busy
};

/// Rates between two readings of each disk. Thread-safe.
class DiskRatesProbe {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  /// Reads the counters now. Readings less than a second after the last one answer the last rates again; the first
  /// reading of a disk answers zeros.
  DiskRates read(const std::string& disk, TimePoint now);
  /// The same from given counters.
  DiskRates advance(const std::string& disk, const DiskCounters& counters, TimePoint now);

 private:
  struct Reading {
    DiskCounters counters;
    TimePoint at;
    DiskRates rates;
  };
  std::mutex mutex_;
  std::map<std::string, Reading> readings_;
};

/// The line of `disk` in the text of diskstats; zeros when there is none. Pure.
[[nodiscard]] DiskCounters parse_diskstats(std::string_view diskstats, std::string_view disk);

}  // namespace bryo::kernel
