#include <kernel/plugin/loop_watch.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <utility>

#include <pthread.h>

namespace bryo::kernel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPeriod{20};

}  // namespace

/// One loop's knock.
struct LoopWatch::Beat {
  Clock::time_point sent{};  ///< of the watch's thread, like `plugin` and `waiting`
  std::string plugin;        ///< seen on the loop while it did not answer
  bool waiting = false;
  std::atomic<Clock::duration::rep> answered{0};  ///< 0: not yet
};

LoopWatch::LoopWatch(EventLoops& loops, Report report) : loops_(loops), report_(std::move(report)) {
  for (std::size_t i = 0; i < loops_.size(); ++i) beats_.push_back(std::make_shared<Beat>());
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "bryo-watch");
    run();
  });
}

LoopWatch::~LoopWatch() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void LoopWatch::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kPeriod, [this] { return stopping_; })) {
    for (std::size_t i = 0; i < beats_.size(); ++i) look_at(i, *beats_[i]);
  }
}

void LoopWatch::look_at(std::size_t loop, Beat& beat) {
  if (!std::exchange(beat.waiting, true)) {
    beat.plugin.clear();
    beat.answered.store(0, std::memory_order_relaxed);
    beat.sent = Clock::now();
    boost::asio::post(loops_.at(loop), [beat = beats_[loop]] {
      // Whoever set the mark has gone, or waits.
      this_loop->plugin.store(nullptr, std::memory_order_relaxed);
      beat->answered.store(Clock::now().time_since_epoch().count(), std::memory_order_release);
    });
    return;
  }
  const auto answered = beat.answered.load(std::memory_order_acquire);
  if (answered == 0) {
    const std::string* plugin = loops_.mark(loop).plugin.load(std::memory_order_acquire);
    if (plugin != nullptr) beat.plugin = *plugin;
    return;
  }
  beat.waiting = false;
  const auto held = Clock::time_point(Clock::duration(answered)) - beat.sent;
  // A machine that is busy elsewhere lets loops answer late too: without a name it is no plugin's doing.
  if (held > kLimit && !beat.plugin.empty())
    report_(beat.plugin, std::chrono::duration_cast<std::chrono::milliseconds>(held));
}

}  // namespace bryo::kernel
