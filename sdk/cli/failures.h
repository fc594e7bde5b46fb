#pragma once

#include <bryo/result.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "console.h"

namespace bryo::cli {

/// What went wrong with single items of a larger work: counted, shown, and the work goes on, unless the cluster is gone
/// or the user stopped it, when no further item can succeed. A single failure is not shown but becomes the error of the
/// work. Thread-safe.
class Failures {
 public:
  explicit Failures(Console& console) : console_(console) {}

  /// `item` names what failed where the error does not; may be empty.
  void add(const std::string& item, const Error& error) {
    const std::lock_guard lock(mutex_);
    ++count_;
    if (error.code() == Errc::Unavailable || error.code() == Errc::Cancelled) {
      if (!fatal_) fatal_ = error;
      return;
    }
    Error named(error.code(), item.empty() ? error.message() : item + ": " + error.message());
    if (!first_) {
      first_ = std::move(named);
      return;
    }
    if (count_ == 2) console_.fail(first_->message());
    console_.fail(named.message());
  }

  [[nodiscard]] std::uint64_t count() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }

  /// The error that makes going on useless.
  Status going_on() const {
    const std::lock_guard lock(mutex_);
    if (fatal_) return *fatal_;
    return {};
  }

  /// The result of the whole work: the one error, or "3 files were not put" for ("file", "put").
  Status summary(const std::string& kind, const std::string& done) const {
    BRYO_CHECK(going_on());
    const std::lock_guard lock(mutex_);
    if (count_ == 0) return {};
    if (count_ == 1) return *first_;
    return Error(Errc::Io, std::to_string(count_) + " " + kind + "s were not " + done);
  }

 private:
  Console& console_;
  mutable std::mutex mutex_;
  std::uint64_t count_ = 0;
  std::optional<Error> first_;
  std::optional<Error> fatal_;
};

}  // namespace bryo::cli
