#pragma once

/// Memory, load and CPU of the machine and of this process.

#include <array>
#include <cstdint>
#include <string_view>

namespace bryo::kernel {

struct MachineUsage {
  // The machine, in bytes.
  std::uint64_t total = 0;
  std::uint64_t free = 0;
  std::uint64_t available = 0;  ///< could be had without swapping
  std::uint64_t cached = 0;     ///< buffers and page cache
  std::uint64_t swap_total = 0;
  std::uint64_t swap_free = 0;
  std::array<double, 3> load{};  ///< over 1, 5 and 15 minutes
  int cpu_percent = 0;           ///< load of the last minute against the number of cores, at most 100
  // This process.
  std::uint64_t process_size = 0;      ///< bytes of address space
  std::uint64_t process_resident = 0;  ///< bytes
  std::uint64_t process_shared = 0;    ///< bytes
  std::uint64_t user_ms = 0;
  std::uint64_t system_ms = 0;
  double process_cpu = 0;  ///< share of one core since the process began, 0 to 1 (more with threads)
};

/// Reads a handful of /proc files. Blocking, microseconds; what cannot be read is 0.
[[nodiscard]] MachineUsage machine_usage();

/// `Name:   123 kB` of /proc/meminfo in bytes; 0 when it is not there. Pure.
[[nodiscard]] std::uint64_t meminfo_bytes(std::string_view meminfo, std::string_view name);

}  // namespace bryo::kernel
