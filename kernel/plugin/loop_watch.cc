#include <kernel/plugin/loop_watch.h>
#include <kernel/runtime/run_delay.h>

#include <array>
#include <atomic>
#include <boost/asio/post.hpp>
#include <optional>
#include <utility>

#include <pthread.h>

namespace bryo::kernel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPeriod{10};
/// When the first and the second look at a loop that is late are due.
constexpr std::array<Clock::duration, 2> kLooks{LoopWatch::kLimit / 2, LoopWatch::kLimit};

}  // namespace

/// One loop's knock. Of the watch's thread, but for `answered`.
struct LoopWatch::Beat {
  Clock::time_point sent{};
  bool waiting = false;
  RunDelay delay{};
  std::chrono::nanoseconds delayed{};  ///< when it was sent
  std::size_t looks = 0;               ///< asked for
  bool seen = false;                   ///< a look has shown something, or nothing
  std::optional<Culprit> culprit{};    ///< what all looks have shown
  bool told = false;
  std::atomic<Clock::duration::rep> answered{0};  ///< 0: not yet

  void found(std::optional<Culprit> now) {
    const bool other = seen && culprit && now && culprit->plugin != now->plugin;
    culprit = other || (seen && !culprit) ? std::nullopt : std::move(now);
    seen = true;
  }
};

LoopWatch::LoopWatch(EventLoops& loops, Report report)
    : loops_(loops), report_(std::move(report)), samples_(prepare_stack_samples()) {
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
  if (beat.waiting) {
    const auto answered = beat.answered.load(std::memory_order_acquire);
    const auto late = (answered != 0 ? Clock::time_point(Clock::duration(answered)) : Clock::now()) - beat.sent;
    look_for_culprit(loop, beat, late);
    if (answered != 0 || late > kLong) judge(loop, beat, late);
    if (answered == 0) return;
  }
  knock(loop, beat);
}

void LoopWatch::knock(std::size_t loop, Beat& beat) {
  beat.waiting = true;
  beat.looks = 0;
  beat.seen = false;
  beat.culprit.reset();
  beat.told = false;
  beat.answered.store(0, std::memory_order_relaxed);
  beat.delayed = beat.delay.read(loops_.mark(loop).thread.load(std::memory_order_acquire));
  beat.sent = Clock::now();
  boost::asio::post(loops_.at(loop), [beat = beats_[loop]] {
    // Whoever set the mark has gone, or waits.
    this_loop->plugin.store(nullptr, std::memory_order_relaxed);
    beat->answered.store(Clock::now().time_since_epoch().count(), std::memory_order_release);
  });
}

void LoopWatch::look_for_culprit(std::size_t loop, Beat& beat, Clock::duration late) {
  StackSample& stack = loops_.mark(loop).stack;
  if (stack.state.load(std::memory_order_acquire) == StackSample::State::Taken) {
    // One that was taken before this knock, or after its answer, shows something else.
    if (stack.at > beat.sent && stack.at < beat.sent + late) beat.found(culprit(stack));
    stack.state.store(StackSample::State::Idle, std::memory_order_release);
  }
  const bool answered = beat.answered.load(std::memory_order_acquire) != 0;
  if (answered || beat.looks == kLooks.size() || late < kLooks[beat.looks]) return;
  if (!samples_) {
    ++beat.looks;
    beat.found(culprit(loops_.mark(loop).plugin.load(std::memory_order_acquire)));
  } else if (stack.state.load(std::memory_order_acquire) == StackSample::State::Idle && loops_.sample(loop)) {
    ++beat.looks;
  }
}

void LoopWatch::judge(std::size_t loop, Beat& beat, Clock::duration late) {
  const auto delay = beat.delay.read(loops_.mark(loop).thread.load(std::memory_order_acquire)) - beat.delayed;
  const auto held = std::chrono::duration_cast<std::chrono::milliseconds>(late - delay);
  if (held <= kLimit || beat.told || !beat.culprit) return;
  beat.told = true;
  report_({beat.culprit->plugin, held, beat.culprit->where});
}

}  // namespace bryo::kernel
