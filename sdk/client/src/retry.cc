#include "retry.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <random>
#include <string>

namespace bryo::client {

bool repeat_after_failure(Errc code, Repeat repeat) noexcept {
  return code == Errc::Unavailable || (code == Errc::Io && repeat == Repeat::Always);
}

bool repeat_after_status(int status, Repeat repeat) noexcept {
  if (status == 429) return true;
  return repeat == Repeat::Always && (status == 502 || status == 503 || status == 504);
}

std::chrono::milliseconds retry_wait(const RetryPolicy& policy, int attempt, int retry_after_seconds,
                                     double random) noexcept {
  using std::chrono::milliseconds;
  if (retry_after_seconds > 0)
    return std::min<milliseconds>(std::chrono::seconds(retry_after_seconds), policy.longest_wait);
  auto wait = policy.first_wait;
  for (int i = 1; i < attempt && wait < policy.longest_wait; ++i) wait *= 2;
  wait = std::min(wait, policy.longest_wait);
  // Clients that were refused together must not come back together.
  return std::min(policy.longest_wait,
                  milliseconds(static_cast<std::int64_t>(static_cast<double>(wait.count()) * (0.75 + random / 2))));
}

int parse_retry_after(std::string_view value) {
  int seconds = 0;
  const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (failure == std::errc() && end == value.data() + value.size()) return std::clamp(seconds, 0, 86'400);
  const auto date = curl_getdate(std::string(value).c_str(), nullptr);
  if (date < 0) return 0;
  return static_cast<int>(std::clamp<std::int64_t>(date - std::time(nullptr), 0, 86'400));
}

double random_fraction() {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

Status wait_for(std::chrono::milliseconds duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  woken.wait_for(lock, stop, duration, [] { return false; });
  if (stop.stop_requested()) return Error(Errc::Cancelled, "cancelled");
  return {};
}

}  // namespace bryo::client
