#pragma once

/// Numbers for people. Pure.

#include <chrono>
#include <cstdint>
#include <string>

namespace bryo::cli {

/// "17 B", "1.5 KiB", "3.25 GiB".
std::string show_size(std::uint64_t bytes);
/// Bytes per second, "12.3 MiB/s"; "-" if no time passed.
std::string show_rate(std::uint64_t bytes, std::chrono::nanoseconds in);
/// "850 us", "1.25 s", "3m20s", "2d4h".
std::string show_duration(std::chrono::nanoseconds duration);

}  // namespace bryo::cli
