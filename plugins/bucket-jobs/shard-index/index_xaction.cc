#include "index_xaction.h"

#include <algorithm>
#include <thread>

#include "shard_walk.h"

namespace bryo::shard_index {

XactionKind index_kind() {
  return {.name = "index-shard",
          .doc = "Makes the member indexes of the shards of a bucket.",
          .display_name = "shard-index",
          .scope = XactionScope::Bucket,
          .startable = false,
          .reports_status = true,
          .conflicts = {"index-shard", "move-bck"},
          .actions = {{.verb = Verb::Post, .name = "index-shard"}},
          .permissions = {BucketAccess::Get, BucketAccess::ListObjects}};
}

Task<Result<XactionPlan>> IndexXaction::prepare(XactionRequest& request) {
  // Every index is verified whenever it is read from a disk, so there is nothing to skip.
  bool skip_verify = false;
  BRYO_CO_CHECK(request.value.text("prefix", prefix_)
                    .integer("num-workers", workers_)
                    .boolean("skip-verify", skip_verify)
                    .finish());
  BRYO_CO_CHECK(check_prefix(prefix_));
  XactionPlan plan;
  plan.prefix = prefix_;
  co_return plan;
}

std::size_t IndexXaction::workers() const {
  const std::int64_t wanted = workers_ != 0 ? workers_ : *settings_.workers;
  if (wanted < 0) return 1;
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  return wanted == 0 ? std::min<std::size_t>(cores, 8) : std::min(static_cast<std::size_t>(wanted), cores + 4);
}

Task<Status> IndexXaction::run(XactionContext& job) {
  const InProgress running(settings_.running);
  ShardWalk walk(host_, job.bucket(), prefix_);
  ShardPasses passes(host_.archives(), co_await boost::asio::this_coro::executor, workers());
  while (walk.more() && !job.aborted()) {
    BRYO_CO_TRY(shards, co_await walk.next());
    for (auto& shard : shards) {
      if (job.aborted()) break;
      if (passes.full()) BRYO_CO_CHECK(co_await end(passes, job));
      job.stats().local_objects += 1;
      job.stats().local_bytes += static_cast<std::int64_t>(shard.size);
      settings_.checked.add();
      BRYO_CO_CHECK(co_await begin(std::move(shard.name), passes, job));
    }
  }
  while (!passes.empty()) BRYO_CO_CHECK(co_await end(passes, job));
  co_return Status{};
}

Task<Status> IndexXaction::begin(std::string name, ShardPasses& passes, XactionContext& job) {
  std::string label = job.bucket()->name().uri() + "/" + name;
  auto object = co_await open_shard(host_, job.bucket(), std::move(name));
  if (object && !*object) co_return Status{};  // gone
  if (!object) {
    fail(object.error(), job);
    co_return Status{};
  }
  auto known = co_await host_.archives().look_up(*object, label);
  if (known && known->state == KnownIndex::State::Known) {
    ++known_;
    co_return Status{};
  }
  passes.begin(*object, std::move(label));
  co_return Status{};
}

Task<Status> IndexXaction::end(ShardPasses& passes, XactionContext& job) {
  const Status outcome = co_await passes.end();
  if (!outcome && outcome.error().code() == Errc::Cancelled) co_return outcome.error();
  if (outcome) {
    ++indexed_;
  } else {
    fail(outcome.error(), job);
  }
  co_return Status{};
}

void IndexXaction::fail(const Error& why, XactionContext& job) {
  ++failed_;
  settings_.failed.add();
  job.soft_error(why.message());
}

std::string IndexXaction::control_message() const {
  return "prefix:" + prefix_ + ", indexed:" + std::to_string(indexed_) + ", known:" + std::to_string(known_) +
         ", failed:" + std::to_string(failed_);
}

}  // namespace bryo::shard_index
