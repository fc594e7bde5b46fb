#include <kernel/machine/machine_usage.h>

#include <kernel/machine/text_file.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>

namespace bryo::kernel {
namespace {

const auto kProcessStart = std::chrono::steady_clock::now();

std::uint64_t milliseconds(const timeval& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1000 + static_cast<std::uint64_t>(time.tv_usec) / 1000;
}

/// The first numbers of a text, separated by anything else.
template <std::size_t Count>
std::array<std::uint64_t, Count> numbers(std::string_view text) {
  std::array<std::uint64_t, Count> found{};
  for (auto& number : found) {
    const auto start = text.find_first_of("0123456789");
    if (start == std::string_view::npos) break;
    const auto end = std::from_chars(text.data() + start, text.data() + text.size(), number).ptr;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  return found;
}

void read_load(MachineUsage& usage) {
  if (::getloadavg(usage.load.data(), 3) < 0) usage.load = {};
  const double cores = std::max(1U, std::thread::hardware_concurrency());
  usage.cpu_percent = static_cast<int>(std::clamp(usage.load[0] / cores * 100, 0.0, 100.0));
}

void read_process(MachineUsage& usage) {
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const auto pages = numbers<3>(read_text_file("/proc/self/statm"));
  usage.process_size = pages[0] * page;
  usage.process_resident = pages[1] * page;
  usage.process_shared = pages[2] * page;
  rusage times{};
  if (::getrusage(RUSAGE_SELF, &times) == 0) {
    usage.user_ms = milliseconds(times.ru_utime);
    usage.system_ms = milliseconds(times.ru_stime);
  }
  const auto lived =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - kProcessStart);
  if (lived.count() > 0) {
    usage.process_cpu = static_cast<double>(usage.user_ms + usage.system_ms) / static_cast<double>(lived.count());
  }
}

}  // namespace

std::uint64_t meminfo_bytes(std::string_view meminfo, std::string_view name) {
  for (std::size_t at = meminfo.find(name); at != std::string_view::npos; at = meminfo.find(name, at + 1)) {
    const bool line_start = at == 0 || meminfo[at - 1] == '\n';
    const auto rest = meminfo.substr(at + name.size());
    if (line_start && rest.starts_with(':')) return numbers<1>(rest)[0] * 1024;
  }
  return 0;
}

MachineUsage machine_usage() {
  MachineUsage usage;
  const auto meminfo = read_text_file("/proc/meminfo");
  usage.total = meminfo_bytes(meminfo, "MemTotal");
  usage.free = meminfo_bytes(meminfo, "MemFree");
  usage.available = meminfo_bytes(meminfo, "MemAvailable");
  usage.cached = meminfo_bytes(meminfo, "Buffers") + meminfo_bytes(meminfo, "Cached");
  usage.swap_total = meminfo_bytes(meminfo, "SwapTotal");
  usage.swap_free = meminfo_bytes(meminfo, "SwapFree");
  read_load(usage);
  read_process(usage);
  return usage;
}

}  // namespace bryo::kernel
