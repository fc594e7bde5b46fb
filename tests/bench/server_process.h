#pragma once

/// What the operating system counts for the server under test.

#include <sys/types.h>

#include <chrono>
#include <cstdint>

namespace bryo::bench {

/// User and system CPU time of all threads of `pid` so far.
std::chrono::nanoseconds cpu_time(pid_t pid);
/// Largest resident set since `reset_peak_rss` (or the start), in bytes; 0 if not known.
std::uint64_t peak_rss(pid_t pid);
void reset_peak_rss(pid_t pid);

}  // namespace bryo::bench
