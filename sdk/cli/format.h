#pragma once

/// Numbers for people. Pure.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace bryo::cli {

/// "17 B", "1.5 KiB", "3.25 GiB".
std::string show_size(std::uint64_t bytes);
/// For JSON.
double seconds_of(std::chrono::nanoseconds duration);
/// Bytes per second, "12.3 MiB/s"; "-" if no time passed.
std::string show_rate(std::uint64_t bytes, std::chrono::nanoseconds in);
/// "1 object", "2 objects".
std::string show_count(std::uint64_t count, std::string_view thing);
/// The beginning of a sentence: "1 object was", "2 objects were".
std::string count_of(std::uint64_t count, std::string_view thing);
/// A time in a recording: "7.9 s", "1e+300 s".
std::string show_seconds(double seconds);
/// "850 us", "1.25 s", "3m20s", "2d4h".
std::string show_duration(std::chrono::nanoseconds duration);

}  // namespace bryo::cli
