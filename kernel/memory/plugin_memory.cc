#include <kernel/memory/plugin_memory.h>

#include <utility>

namespace bryo::kernel {

class PluginMemory::Held final : public Reservation {
 public:
  Held(PluginMemory& share, std::uint64_t bytes) noexcept : share_(share), bytes_(bytes) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() override {
    node_.reset();
    share_.in_use_.fetch_sub(bytes_, std::memory_order_relaxed);
  }
  void keep(std::unique_ptr<Reservation> node) { node_ = std::move(node); }

 private:
  PluginMemory& share_;
  const std::uint64_t bytes_;
  std::unique_ptr<Reservation> node_;
};

Result<std::unique_ptr<Reservation>> PluginMemory::reserve(std::uint64_t bytes, std::string_view purpose) {
  const std::uint64_t limit = limit_.get().bytes;
  if (limit == 0) return node_.reserve(bytes, purpose);
  const auto what = [&] { return std::string(purpose) + " needs " + std::to_string(bytes) + " bytes of memory"; };
  const std::string key = "[plugin." + plugin_ + "] memory_budget";
  if (bytes > limit) {
    return Error(Errc::TooLarge, what() + ", more than plugin '" + plugin_ + "' may ever hold (" + key + " is " +
                                     std::to_string(limit) + "); ask for less at once, or raise it");
  }
  std::uint64_t used = in_use_.load(std::memory_order_relaxed);
  do {
    if (used > limit - bytes) {
      return Error(Errc::TooManyRequests,
                   what() + ", but plugin '" + plugin_ + "' holds " + std::to_string(used) + " of the " +
                       std::to_string(limit) + " that " + key + " allows; repeat later",
                   "ErrTooManyRequests")
          .with_retry_after(1);
    }
  } while (!in_use_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  auto held = std::make_unique<Held>(*this, bytes);
  BRYO_TRY(node, node_.reserve(bytes, purpose));
  held->keep(std::move(node));
  return std::unique_ptr<Reservation>(std::move(held));
}

}  // namespace bryo::kernel
