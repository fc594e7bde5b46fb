#pragma once

#include <bryo/client/client.h>

#include <stop_token>
#include <string>

#include "console.h"

namespace bryo::cli {

/// What a command works with.
class Session {
 public:
  Session(Console& console, std::stop_token stop) : console_(console), stop_(std::move(stop)) {}

  /// The cluster of `--endpoint`; sends nothing by itself. All calls end when the user interrupts.
  Result<client::Client> client() const;
  [[nodiscard]] Console& console() const noexcept { return console_; }
  [[nodiscard]] const std::stop_token& stop() const noexcept { return stop_; }

  std::string endpoint;  ///< `--endpoint`

 private:
  Console& console_;
  std::stop_token stop_;
};

}  // namespace bryo::cli
