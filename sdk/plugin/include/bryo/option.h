#pragma once

/// Configuration keys. An option is declared once, with everything an operator must know; the server derives from it
/// the validation, the default, the reference page and the API's view of the configuration.

#include <bryo/bytes.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace bryo {

using Duration = std::chrono::nanoseconds;

/// The declaration of one key. T is one of: bool, std::int64_t, double, Size, Duration, std::string,
/// std::vector<std::string>.
template <class T>
struct OptionSpec {
  std::string key;                     ///< within the section: [a-z][a-z0-9_]*, dots for nesting
  T default_value{};                   ///< counts until the file or the API says otherwise
  std::optional<T> min{};              ///< inclusive; numbers, sizes and durations only
  std::optional<T> max{};              ///< inclusive
  std::vector<std::string> choices{};  ///< strings, and each item of a list; empty = any
  std::string doc;                     ///< one sentence, required
  bool hot = false;                    ///< may change while the server runs
  std::string api_name{};              ///< the reference's dotted name ("get_batch.max_wait"), if the API shows it
};

/// The current value of one option, shared by the server (which writes it) and its readers. Thread-safe.
template <class T>
class OptionCell {
 public:
  explicit OptionCell(T initial) : value_(make(std::move(initial))) {}
  [[nodiscard]] T load() const {
    if constexpr (kAtomic) {
      return value_.load(std::memory_order_relaxed);
    } else {
      return *std::atomic_load(&value_);
    }
  }
  void store(T value) {
    if constexpr (kAtomic) {
      value_.store(value, std::memory_order_relaxed);
    } else {
      std::atomic_store(&value_, make(std::move(value)));
    }
  }

 private:
  static constexpr bool kAtomic = std::is_trivially_copyable_v<T> && sizeof(T) <= 8;
  using Stored = std::conditional_t<kAtomic, T, std::shared_ptr<const T>>;
  static Stored make(T value) {
    if constexpr (kAtomic) {
      return value;
    } else {
      return std::make_shared<const T>(std::move(value));
    }
  }
  // Not std::atomic<std::shared_ptr>: its load() in libstdc++ 12 unlocks with relaxed order, a data race that
  // ThreadSanitizer reports.
  std::conditional_t<kAtomic, std::atomic<Stored>, Stored> value_;
};

/// A handle to one option. Copyable; numbers are read without a lock, strings and lists under a short one.
template <class T>
class Option {
 public:
  Option() = default;
  explicit Option(std::shared_ptr<const OptionCell<T>> cell) : cell_(std::move(cell)) {}
  /// A fixed value, for tests.
  static Option fixed(T value) { return Option(std::make_shared<const OptionCell<T>>(std::move(value))); }
  [[nodiscard]] T get() const { return cell_->load(); }
  [[nodiscard]] T operator*() const { return get(); }

 private:
  std::shared_ptr<const OptionCell<T>> cell_;
};

}  // namespace bryo
