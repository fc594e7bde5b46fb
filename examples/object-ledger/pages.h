#pragma once

#include <bryo/option.h>

#include <cstdint>
#include <deque>
#include <mutex>
#include <utility>

#include "ledger.h"

namespace ledger {

/// The lines, in memory.
class Pages final : public Ledger {
 public:
  explicit Pages(bryo::Option<std::int64_t> max_lines) : max_lines_(std::move(max_lines)) {}

  void write(std::string line) {
    const std::scoped_lock lock(mutex_);
    lines_.push_back(std::move(line));
    while (lines_.size() > static_cast<std::size_t>(*max_lines_)) lines_.pop_front();
  }
  [[nodiscard]] std::vector<std::string> lines() const override {
    const std::scoped_lock lock(mutex_);
    return {lines_.begin(), lines_.end()};
  }

 private:
  const bryo::Option<std::int64_t> max_lines_;
  mutable std::mutex mutex_;
  std::deque<std::string> lines_;
};

}  // namespace ledger
