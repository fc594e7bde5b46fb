#include <kernel/runtime/event_loops.h>
#include <kernel/runtime/this_context.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <exception>
#include <string>

#include <pthread.h>
#include <unistd.h>

namespace bryo::kernel {

// The first use of an Asio object makes its service inside the io_context. It must be ours: a service made by a
// plugin's code would have its functions there (plugin-platforms.md 2, row 6).
EventLoops::Loop::Loop() {
  using boost::asio::ip::tcp;
  boost::asio::steady_timer timer(context);
  tcp::socket socket(context);
  tcp::acceptor acceptor(context);
  tcp::resolver resolver(context);
}

EventLoops::EventLoops(std::size_t count, Log& log) : log_(log) {
  std::signal(SIGPIPE, SIG_IGN);
  if (count == 0) count = std::max(1u, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < count; ++i) loops_.push_back(std::make_unique<Loop>());
  for (std::size_t i = 0; i < count; ++i) {
    loops_[i]->thread = std::thread([this, i] {
      pthread_setname_np(pthread_self(), ("bryo-loop-" + std::to_string(i)).c_str());
      run(*loops_[i]);
    });
  }
}

EventLoops::~EventLoops() { (void)stop(Deadline(Deadline::Clock::now())); }

void EventLoops::run(Loop& loop) {
  this_loop = &loop.mark;
  this_context = &loop.context;
  loop.mark.thread.store(::gettid(), std::memory_order_release);
  for (;;) {
    try {
      loop.context.run();
      break;
    } catch (const std::exception& e) {
      // A completion handler threw; the loop's other work must go on.
      log_.error("exception reached an event loop", {{"what", e.what()}});
    }
  }
  std::lock_guard lock(mutex_);
  loop.ended = true;
  ended_.notify_all();
}

bool EventLoops::sample(std::size_t i) {
  // A thread that has not ended under the lock cannot be joined: the signal reaches this one and no other.
  const std::scoped_lock lock(mutex_);
  Loop& loop = *loops_[i];
  if (loop.ended) return false;
  loop.mark.stack.state.store(StackSample::State::Asked, std::memory_order_release);
  if (::pthread_kill(loop.thread.native_handle(), stack_signal()) == 0) return true;
  loop.mark.stack.state.store(StackSample::State::Idle, std::memory_order_relaxed);
  return false;
}

Status EventLoops::stop(Deadline deadline) {
  for (auto& loop : loops_) loop->work.reset();
  std::size_t forced = 0;
  for (auto& loop : loops_) {
    if (!loop->thread.joinable()) continue;
    std::unique_lock lock(mutex_);
    const auto ended = [&] { return loop->ended; };
    // wait_until with time_point::max() overflows in libstdc++ 12
    if (deadline.at() == Deadline::never().at()) {
      ended_.wait(lock, ended);
    } else if (!ended_.wait_until(lock, deadline.at(), ended)) {
      loop->context.stop();
      ++forced;
    }
    lock.unlock();
    loop->thread.join();
  }
  if (forced == 0) return {};
  return Error(Errc::Timeout, std::to_string(forced) + " event loops still had work at the end of the time allowed");
}

}  // namespace bryo::kernel
