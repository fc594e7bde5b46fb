#pragma once

/// Named places in the code where a test may act: wait for another thread, end the process as a crash would, or make
/// the next system call fail. Release builds contain nothing of it.
///
///   BRYO_SYNC_POINT("store.after_link");                       runs the callback of that name, if a test set one
///   if (const int e = BRYO_FAULT_POINT("store.write")) ...     the errno a test wants to see here, else 0
///
/// The idea is RocksDB's sync points and kill points.

#ifdef BRYO_SYNC_POINTS

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace bryo::kernel {

/// The callbacks that are set. One for the process, because a place in the code has no object to hang them on.
/// Thread-safe; a callback runs on the thread that reached the place, without any lock held by this class.
class SyncPoints {
 public:
  using Callback = std::function<int()>;

  static void set(std::string name, Callback callback) {
    const std::scoped_lock lock(mutex());
    callbacks()[std::move(name)] = std::make_shared<Callback>(std::move(callback));
    armed().store(true, std::memory_order_release);
  }
  static void clear(std::string_view name) {
    const std::scoped_lock lock(mutex());
    if (const auto found = callbacks().find(name); found != callbacks().end()) callbacks().erase(found);
    armed().store(!callbacks().empty(), std::memory_order_release);
  }
  static int reach(std::string_view name) {
    if (!armed().load(std::memory_order_acquire)) return 0;
    std::shared_ptr<Callback> callback;
    {
      const std::scoped_lock lock(mutex());
      if (const auto found = callbacks().find(name); found != callbacks().end()) callback = found->second;
    }
    return callback ? (*callback)() : 0;
  }

 private:
  static std::mutex& mutex() {
    static std::mutex instance;
    return instance;
  }
  static std::map<std::string, std::shared_ptr<Callback>, std::less<>>& callbacks() {
    static std::map<std::string, std::shared_ptr<Callback>, std::less<>> instance;
    return instance;
  }
  static std::atomic<bool>& armed() {
    static std::atomic<bool> instance{false};
    return instance;
  }
};

/// Sets a callback for as long as it lives. The callback must stay callable until no thread can be inside it.
class ScopedSyncPoint {
 public:
  ScopedSyncPoint(std::string name, std::function<void()> callback) : name_(std::move(name)) {
    SyncPoints::set(name_, [run = std::move(callback)] { return run(), 0; });
  }
  ~ScopedSyncPoint() { SyncPoints::clear(name_); }
  ScopedSyncPoint(const ScopedSyncPoint&) = delete;
  ScopedSyncPoint& operator=(const ScopedSyncPoint&) = delete;

 private:
  std::string name_;
};

/// Makes a fault point answer what `next` returns (an errno; 0 = no fault) for as long as it lives.
class ScopedFault {
 public:
  ScopedFault(std::string name, std::function<int()> next) : name_(std::move(name)) {
    SyncPoints::set(name_, std::move(next));
  }
  ScopedFault(std::string name, int error) : ScopedFault(std::move(name), [error] { return error; }) {}
  ~ScopedFault() { SyncPoints::clear(name_); }
  ScopedFault(const ScopedFault&) = delete;
  ScopedFault& operator=(const ScopedFault&) = delete;

 private:
  std::string name_;
};

}  // namespace bryo::kernel

#define BRYO_SYNC_POINT(name) static_cast<void>(::bryo::kernel::SyncPoints::reach(name))
#define BRYO_FAULT_POINT(name) ::bryo::kernel::SyncPoints::reach(name)

#else

#define BRYO_SYNC_POINT(name) static_cast<void>(0)
#define BRYO_FAULT_POINT(name) 0

#endif
