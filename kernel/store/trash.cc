#include <kernel/store/directory.h>
#include <kernel/store/trash.h>

#include <fcntl.h>

#include <chrono>
#include <functional>
#include <utility>

namespace bryo::kernel {
namespace {

constexpr auto kPause = std::chrono::minutes(1);

/// Depth of `<bucket>/<leaf>/<file>`, and one for what somebody else put there.
constexpr int kDeepest = 4;

/// Removes a file or a tree. Fails at the first thing that cannot be removed, with Cancelled when `stop` says so.
Status remove_tree(int parent, const std::string& path, int depth, const std::function<bool()>& stop) {
  if (stop()) return Error(Errc::Cancelled, "stopping");
  if (::unlinkat(parent, path.c_str(), 0) == 0 || errno == ENOENT) return {};
  if (errno != EISDIR && errno != EPERM) return disk_error(errno, "cannot remove " + path);
  if (depth == 0) return Error(Errc::Io, "cannot remove " + path + ": more levels than a bucket has");
  BRYO_CHECK(for_each_entry(parent, path.c_str(), [&](std::string_view name) {
    return remove_tree(parent, path + "/" + std::string(name), depth - 1, stop);
  }));
  if (::unlinkat(parent, path.c_str(), AT_REMOVEDIR) != 0) return disk_error(errno, "cannot remove " + path);
  return {};
}

}  // namespace

Trash::Trash(const std::vector<std::unique_ptr<Mountpath>>& mountpaths, std::function<void()> sweep, Log& log)
    : mountpaths_(mountpaths), sweep_(std::move(sweep)), log_(log), thread_([this] { run(); }) {}

Trash::~Trash() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Trash::wake() {
  {
    const std::scoped_lock lock(mutex_);
    pending_ = true;
  }
  changed_.notify_one();
}

void Trash::run() {
  for (;;) {
    bool pending = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kPause, [this] { return pending_ || stop_; });
      if (stop_) return;
      pending = std::exchange(pending_, false);
    }
    if (!pending) {
      sweep_();  // wakes this thread for what it moves here
      continue;
    }
    for (const auto& mountpath : mountpaths_) empty(*mountpath);
  }
}

void Trash::empty(const Mountpath& mountpath) {
  const Status done = for_each_entry(mountpath.trash(), ".", [&](std::string_view name) {
    return remove_tree(mountpath.trash(), std::string(name), kDeepest, [this] { return stopped(); });
  });
  if (!done && done.error().code() != Errc::Cancelled) {
    log_.warning("something in the trash could not be deleted; it is tried again at the next start",
                 {{"mountpath", mountpath.path()}, {"error", done.error().message()}});
  }
}

bool Trash::stopped() {
  const std::scoped_lock lock(mutex_);
  return stop_;
}

}  // namespace bryo::kernel
