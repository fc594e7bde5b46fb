#pragma once

/// A shared pointer that is replaced as a whole while others read it.

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

namespace bryo::kernel {

/// What std::atomic<std::shared_ptr<const T>> is for. That one (g++ 12) unlocks its reader with relaxed order, which is
/// a data race by the letter and in ThreadSanitizer's eyes. The flag here is held for a few instructions.
template <class T>
class Snapshot {
 public:
  [[nodiscard]] std::shared_ptr<const T> load() const {
    lock();
    std::shared_ptr<const T> copy = value_;
    busy_.store(false, std::memory_order_release);
    return copy;
  }
  void store(std::shared_ptr<const T> next) {
    lock();
    value_.swap(next);
    busy_.store(false, std::memory_order_release);
  }  // the former value is released here, outside of the lock

 private:
  void lock() const noexcept {
    while (busy_.exchange(true, std::memory_order_acquire)) {
      while (busy_.load(std::memory_order_relaxed)) std::this_thread::yield();
    }
  }

  mutable std::atomic<bool> busy_{false};
  std::shared_ptr<const T> value_;
};

}  // namespace bryo::kernel
