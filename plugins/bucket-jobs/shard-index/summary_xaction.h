#pragma once

#include <bryo/host.h>

#include <atomic>
#include <string>

#include "index_settings.h"

namespace bryo::shard_index {

XactionKind summary_kind();

/// Counts the shards with a prefix, and what is known of them (jobs.md section 11). Reads no shard.
class SummaryXaction final : public Xaction {
 public:
  /// Both outlive the job.
  SummaryXaction(Host& host, IndexSettings& settings) : host_(host), settings_(settings) {}

  Task<Result<XactionPlan>> prepare(XactionRequest& request) override;
  Task<Status> run(XactionContext& job) override;
  /// The summary so far; empty before there is any.
  [[nodiscard]] std::string extension() const override;

 private:
  Task<Status> count(std::string name, std::uint64_t size, XactionContext& job);

  Host& host_;
  IndexSettings& settings_;
  std::string prefix_;
  std::atomic<bool> begun_{false};
  std::atomic<std::uint64_t> archives_{0}, archives_size_{0}, shards_{0}, shards_size_{0}, members_{0}, damaged_{0};
};

}  // namespace bryo::shard_index
