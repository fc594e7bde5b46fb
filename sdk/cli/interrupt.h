#pragma once

#include <stop_token>
#include <thread>

namespace bryo::cli {

/// Turns SIGINT and SIGTERM into a stop request while it lives; a second one ends the process at once. Made before any
/// other thread, which then leaves these signals to this one.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  [[nodiscard]] std::stop_token token() const noexcept { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::thread watcher_;
};

}  // namespace bryo::cli
