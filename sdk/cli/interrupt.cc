#include "interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

namespace bryo::cli {
namespace {

/// Wakes the watcher when it is no longer needed.
constexpr int kDone = SIGUSR2;

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, kDone}) sigaddset(&set, number);
  return set;
}

}  // namespace

Interrupt::Interrupt() {
  const auto set = watched_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A reader of our output that goes away is an error of write(), not the end of the process.
  signal(SIGPIPE, SIG_IGN);
  watcher_ = std::thread([this, set] {
    int number = 0;
    while (sigwait(&set, &number) == 0 && number != kDone) {
      if (!source_.request_stop()) ::_exit(128 + number);
    }
  });
}

Interrupt::~Interrupt() {
  pthread_kill(watcher_.native_handle(), kDone);
  watcher_.join();
}

}  // namespace bryo::cli
