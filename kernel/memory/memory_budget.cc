#include <kernel/memory/memory_budget.h>

#include <cstdio>
#include <string>

namespace bryo::kernel {
namespace {

/// How soon a client should come back: batches last about as long.
constexpr int kRetryAfterSeconds = 1;

/// Three digits are enough for a person; the exact number is no use to a client.
std::string readable(std::uint64_t bytes) {
  constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 || value >= 100 ? "%.0f%s" : "%.3g%s", value, kUnits[unit]);
  return text;
}

}  // namespace

/// Gives back what it holds.
class MemoryBudget::Held final : public Reservation {
 public:
  Held(MemoryBudget& budget, std::uint64_t bytes) noexcept : budget_(budget), bytes_(bytes) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() override { budget_.release(bytes_); }

 private:
  MemoryBudget& budget_;
  std::uint64_t bytes_;
};

Result<std::unique_ptr<Reservation>> MemoryBudget::reserve(std::uint64_t bytes, std::string_view purpose) {
  const std::uint64_t limit = this->limit();
  if (bytes > limit) {
    return Error(Errc::TooLarge, std::string(purpose) + " needs " + readable(bytes) +
                                     " of memory, more than the node's whole budget of " + readable(limit) +
                                     "; ask for less at once, or raise [node.memory] budget");
  }
  std::uint64_t used = in_use_.load(std::memory_order_relaxed);
  do {
    if (used > limit - bytes) {
      return Error(Errc::TooManyRequests,
                   std::string(purpose) + " needs " + readable(bytes) + " of memory, but " + readable(used) +
                       " of the node's " + readable(limit) + " are in use; repeat later",
                   "ErrTooManyRequests")
          .with_retry_after(kRetryAfterSeconds);
    }
  } while (!in_use_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));

  std::uint64_t peak = peak_.load(std::memory_order_relaxed);
  while (peak < used + bytes && !peak_.compare_exchange_weak(peak, used + bytes, std::memory_order_relaxed)) {
  }
  return std::unique_ptr<Reservation>(std::make_unique<Held>(*this, bytes));
}

}  // namespace bryo::kernel
