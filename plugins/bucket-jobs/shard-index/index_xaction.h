#pragma once

#include <bryo/host.h>

#include <atomic>
#include <string>

#include "index_settings.h"
#include "shard_passes.h"

namespace bryo::shard_index {

XactionKind index_kind();

/// Makes the indexes of all shards with a prefix that have none (jobs.md section 11).
class IndexXaction final : public Xaction {
 public:
  /// Both outlive the job.
  IndexXaction(Host& host, IndexSettings& settings) : host_(host), settings_(settings) {}

  Task<Result<XactionPlan>> prepare(XactionRequest& request) override;
  Task<Status> run(XactionContext& job) override;
  [[nodiscard]] std::string control_message() const override;

 private:
  /// Starts a pass, unless the index is known.
  Task<Status> begin(std::string name, ShardPasses& passes, XactionContext& job);
  Task<Status> end(ShardPasses& passes, XactionContext& job);
  void fail(const Error& why, XactionContext& job);
  [[nodiscard]] std::size_t workers() const;

  Host& host_;
  IndexSettings& settings_;
  std::string prefix_;
  std::int64_t workers_ = 0;
  std::atomic<std::uint64_t> known_{0}, indexed_{0}, failed_{0};
};

}  // namespace bryo::shard_index
