#pragma once

/// Deletes what was moved to the trash directories of the mountpaths.

#include <bryo/host.h>
#include <kernel/store/mountpath.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace bryo::kernel {

/// One thread in the background. What is left when it stops, or after a crash, is deleted at the next start.
class Trash {
 public:
  /// The mountpaths and the log outlive it, as does what `sweep` needs, which is called about once a minute: it moves
  /// what is too old to the trash. Starts with what lies there.
  Trash(const std::vector<std::unique_ptr<Mountpath>>& mountpaths, std::function<void()> sweep, Log& log);
  /// Stops within one file's deletion.
  ~Trash();

  /// Something was moved to a trash directory.
  void wake();

 private:
  void run();
  void empty(const Mountpath& mountpath);
  bool stopped();

  const std::vector<std::unique_ptr<Mountpath>>& mountpaths_;
  const std::function<void()> sweep_;
  Log& log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool pending_ = true;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace bryo::kernel
