#pragma once

/// Runs one loop per connection for a time or a number of requests, and sums up.

#include <tests/bench/connection.h>
#include <tests/bench/load.h>
#include <tests/bench/server_process.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

namespace bryo::bench {

/// `next(random, connection index)` answers the bytes of the next request; `check(answer)` throws if it is wrong.
/// `objects_per_request` turns requests into objects.
inline nlohmann::json measure(const Load& load, std::uint32_t objects_per_request,
                              const std::function<std::string_view(std::mt19937_64&, std::uint32_t)>& next,
                              const std::function<void(const Answer&)>& check) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> first_byte_ms;
  std::mutex mutex;
  std::atomic<std::uint64_t> requests{0}, bytes{0}, taken{0};
  std::string failure;
  if (load.pid != 0) reset_peak_rss(load.pid);
  const auto cpu_before = load.pid != 0 ? cpu_time(load.pid) : std::chrono::nanoseconds{};
  const auto start = Clock::now();
  const auto until = start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(load.seconds));

  std::vector<std::thread> threads;
  for (std::uint32_t c = 0; c < load.connections; ++c) {
    threads.emplace_back([&, c] {
      std::vector<double> mine;
      try {
        Connection connection(load.host, load.port);
        std::mt19937_64 random(load.seed * 1000 + c);
        while (load.requests > 0 ? taken.fetch_add(1) < load.requests : Clock::now() < until) {
          const Answer answer = connection.exchange(next(random, c));
          check(answer);
          ++requests;
          bytes += answer.body_bytes;
          mine.push_back(std::chrono::duration<double, std::milli>(answer.first_byte).count());
        }
      } catch (const std::exception& e) {
        const std::lock_guard lock(mutex);
        failure = e.what();
      }
      const std::lock_guard lock(mutex);
      first_byte_ms.insert(first_byte_ms.end(), mine.begin(), mine.end());
    });
  }
  for (auto& thread : threads) thread.join();
  if (!failure.empty()) throw std::runtime_error(failure);
  if (first_byte_ms.empty()) throw std::runtime_error("no request was answered");

  const double wall = std::chrono::duration<double>(Clock::now() - start).count();
  std::sort(first_byte_ms.begin(), first_byte_ms.end());
  const auto objects = static_cast<double>(requests.load() * objects_per_request);
  nlohmann::json out = {{"requests", requests.load()},
                        {"objects", requests.load() * objects_per_request},
                        {"bytes", bytes.load()},
                        {"wall_s", wall},
                        {"objects_per_s", objects / wall},
                        {"first_byte_p50_ms", first_byte_ms[first_byte_ms.size() / 2]},
                        {"first_byte_p99_ms", first_byte_ms[first_byte_ms.size() * 99 / 100]}};
  if (load.pid != 0) {
    const std::chrono::duration<double, std::micro> cpu = cpu_time(load.pid) - cpu_before;
    out["cpu_us_per_object"] = cpu.count() / objects;
    out["cpu_us_per_request"] = cpu.count() / static_cast<double>(requests.load());
    out["peak_rss_mib"] = static_cast<double>(peak_rss(load.pid)) / (1 << 20);
  }
  return out;
}

}  // namespace bryo::bench
