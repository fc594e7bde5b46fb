#include "summary_xaction.h"

#include "shard_walk.h"

namespace bryo::shard_index {

XactionKind summary_kind() {
  return {.name = "summary-shard",
          .doc = "Counts the shards of a bucket and their indexes.",
          .display_name = "shard-summary",
          .scope = XactionScope::Bucket,
          .startable = false,
          .reports_status = true,
          .actions = {{.verb = Verb::Get, .name = "summary-shard", .polled = true}},
          .permissions = {BucketAccess::ListObjects, BucketAccess::HeadObject}};
}

Task<Result<XactionPlan>> SummaryXaction::prepare(XactionRequest& request) {
  BRYO_CO_CHECK(request.value.text("prefix", prefix_).finish());
  BRYO_CO_CHECK(check_prefix(prefix_));
  co_return XactionPlan{};
}

Task<Status> SummaryXaction::run(XactionContext& job) {
  const InProgress running(settings_.running);
  ShardWalk walk(host_, job.bucket(), prefix_);
  while (walk.more() && !job.aborted()) {
    BRYO_CO_TRY(shards, co_await walk.next());
    for (auto& shard : shards) {
      if (job.aborted()) break;
      BRYO_CO_CHECK(co_await count(std::move(shard.name), shard.size, job));
    }
    begun_ = true;
  }
  co_return Status{};
}

Task<Status> SummaryXaction::count(std::string name, std::uint64_t size, XactionContext& job) {
  archives_ += 1;
  archives_size_ += size;
  job.stats().local_objects += 1;
  job.stats().local_bytes += static_cast<std::int64_t>(size);
  std::string label = job.bucket()->name().uri() + "/" + name;
  BRYO_CO_TRY(object, co_await open_shard(host_, job.bucket(), std::move(name)));
  if (!object) co_return Status{};  // gone
  BRYO_CO_TRY(known, co_await host_.archives().look_up(object, std::move(label)));
  if (known.state == KnownIndex::State::Damaged) damaged_ += 1;
  if (known.state == KnownIndex::State::Known) {
    shards_ += 1;
    shards_size_ += size;
    members_ += known.members;
  }
  co_return Status{};
}

std::string SummaryXaction::extension() const {
  if (!begun_) return {};
  std::string out = "{";
  const auto add = [&](const char* name, std::uint64_t value) {
    out.append(out.size() > 1 ? ",\"" : "\"").append(name).append("\":\"").append(std::to_string(value)).append("\"");
  };
  add("tar-objs", archives_);
  add("tar-size", archives_size_);
  add("shards", shards_);
  add("shard-size", shards_size_);
  add("archived-objs", members_);
  add("stale-indexes", 0);  // an index belongs to one version of an object, and is of no other
  add("invalid-indexes", damaged_);
  return out + "}";
}

}  // namespace bryo::shard_index
