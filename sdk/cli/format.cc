#include "format.h"

#include <array>
#include <cstdio>

namespace bryo::cli {
namespace {

template <class... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

}  // namespace

std::string show_size(std::uint64_t bytes) {
  static constexpr std::array<const char*, 6> kUnits{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return std::to_string(bytes) + " B";
  auto value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1023.995 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return formatted(value < 10 ? "%.2f %s" : "%.1f %s", value, kUnits[unit]);
}

double seconds_of(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

std::string show_rate(std::uint64_t bytes, std::chrono::nanoseconds in) {
  const auto seconds = seconds_of(in);
  if (seconds <= 0) return "-";
  return show_size(static_cast<std::uint64_t>(static_cast<double>(bytes) / seconds)) + "/s";
}

std::string show_count(std::uint64_t count, std::string_view thing) {
  return std::to_string(count) + " " + std::string(thing) + (count == 1 ? "" : "s");
}

std::string count_of(std::uint64_t count, std::string_view thing) {
  return show_count(count, thing) + (count == 1 ? " was" : " were");
}

std::string show_seconds(double seconds) { return formatted("%.10g s", seconds); }

std::string show_duration(std::chrono::nanoseconds duration) {
  using namespace std::chrono;
  const auto seconds_real = seconds_of(duration);
  if (duration < milliseconds(1)) return formatted("%.0f us", seconds_real * 1e6);
  if (duration < seconds(1)) return formatted("%.1f ms", seconds_real * 1e3);
  if (duration < minutes(1)) return formatted("%.2f s", seconds_real);
  const auto whole = duration_cast<seconds>(duration).count();
  if (duration < hours(1)) return formatted("%lldm%llds", whole / 60LL, whole % 60LL);
  if (duration < hours(24)) return formatted("%lldh%lldm", whole / 3600LL, whole / 60LL % 60LL);
  return formatted("%lldd%lldh", whole / 86'400LL, whole / 3600LL % 24LL);
}

}  // namespace bryo::cli
