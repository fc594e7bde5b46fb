#pragma once

/// Gathers small pieces, so that a small content costs no visit to the blocking pool and a large one a visit per
/// mebibyte.

#include <bryo/host.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace bryo::kernel {

/// One writer at a time. After a failure everything fails in the same way.
class GatheredWrites {
 public:
  /// `append` runs on the pool. It and what it holds outlive this, and the visit that may be under way at its end.
  using Append = std::function<Status(BytesView)>;
  GatheredWrites(Append append, BlockingPool& pool, std::uint64_t size_hint)
      : append_(std::move(append)), pool_(pool), size_hint_(size_hint) {}

  Task<Status> write(BytesView bytes);
  /// What has not been passed on; whoever ends the writing does it.
  [[nodiscard]] std::shared_ptr<const std::vector<std::byte>> rest() const { return gathered_; }

  [[nodiscard]] const std::optional<Error>& failed() const noexcept { return failed_; }
  void fail(Error error) { failed_ = std::move(error); }

 private:
  Task<Status> flush();

  const Append append_;
  BlockingPool& pool_;
  const std::uint64_t size_hint_;
  std::shared_ptr<std::vector<std::byte>> gathered_ = std::make_shared<std::vector<std::byte>>();
  std::optional<Error> failed_;
};

}  // namespace bryo::kernel
