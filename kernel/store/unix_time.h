#pragma once

/// Unix time as the store keeps it, in nanoseconds, and as the operating system does.

#include <ctime>

#include <cstdint>

namespace bryo::kernel {

inline constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

inline std::int64_t to_unix_ns(const struct timespec& time) {
  return time.tv_sec * kNanosecondsPerSecond + time.tv_nsec;
}

inline struct timespec to_timespec(std::int64_t unix_ns) {
  return {.tv_sec = unix_ns / kNanosecondsPerSecond, .tv_nsec = unix_ns % kNanosecondsPerSecond};
}

}  // namespace bryo::kernel
