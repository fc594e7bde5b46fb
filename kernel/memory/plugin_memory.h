#pragma once

/// One plugin's share of the memory budget.

#include <bryo/host.h>
#include <bryo/option.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace bryo::kernel {

/// The node's budget with a limit of the plugin's own before it. Thread-safe. Outlives every reservation; `node`
/// outlives it.
class PluginMemory final : public Memory {
 public:
  /// `limit` 0: the node's budget alone counts, and nothing is counted here.
  PluginMemory(std::string plugin, Memory& node, Option<Size> limit)
      : plugin_(std::move(plugin)), node_(node), limit_(std::move(limit)) {}

  /// Fails with TooManyRequests, naming the plugin, while its reservations leave too little of its limit; else like the
  /// node's budget.
  Result<std::unique_ptr<Reservation>> reserve(std::uint64_t bytes, std::string_view purpose) override;

 private:
  class Held;

  const std::string plugin_;
  Memory& node_;
  const Option<Size> limit_;
  std::atomic<std::uint64_t> in_use_{0};
};

}  // namespace bryo::kernel
