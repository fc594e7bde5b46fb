#pragma once

#include <bryo/result.h>

#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace bryo::cli {

/// Hands each item of `next` to `work`, on up to `count` threads. `next` is called by one thread at a time and never
/// further ahead than there are threads, so a source of any length needs no memory. Ends when `next` has no more, when
/// it fails (returned), or when `stop` is requested (Cancelled).
template <class Item>
Status for_each_parallel(int count, const std::stop_token& stop,
                         const std::function<Result<std::optional<Item>>()>& next,
                         const std::function<void(Item)>& work) {
  std::mutex mutex;
  bool ended = false;
  std::optional<Error> failure;
  const auto take = [&]() -> std::optional<Item> {
    const std::lock_guard lock(mutex);
    if (ended) return {};
    if (stop.stop_requested()) {
      ended = true;
      failure = Error(Errc::Cancelled, "cancelled");
      return {};
    }
    auto item = next();
    if (!item) {
      ended = true;
      failure = item.error();
      return {};
    }
    if (!*item) ended = true;
    return std::move(*item);
  };
  const auto run = [&] {
    while (auto item = take()) work(std::move(*item));
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 1; i < count; ++i) threads.emplace_back(run);
    run();
  }
  if (failure) return *failure;
  return {};
}

}  // namespace bryo::cli
