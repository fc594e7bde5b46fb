#include "shard_writing.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>

#include "progress.h"
#include "session.h"
#include "verified_put.h"
#include "workers.h"

namespace bryo::cli {
namespace {

/// Custom metadata of a shard: the digest of what it was made of.
constexpr std::string_view kDigestKey = "ishard";

using NextShard = std::function<Result<std::optional<const PlannedShard*>>()>;

/// Passes contents on and counts them.
class CountedMembers final : public client::ArchiveMembers {
 public:
  CountedMembers(client::ArchiveMembers& members, Progress& progress) : members_(members), progress_(progress) {}
  Result<std::optional<client::ArchiveMember>> next() override { return members_.next(); }
  Result<std::size_t> read(std::span<std::byte> out) override {
    BRYO_TRY(n, members_.read(out));
    progress_.add_bytes(n);
    return n;
  }
  Status rewind() override { return members_.rewind(); }

 private:
  client::ArchiveMembers& members_;
  Progress& progress_;
};

/// What the next shard would fail with as well.
bool hopeless(const Error& error) {
  return error.code() == Errc::Unavailable || error.code() == Errc::OutOfSpace || error.code() == Errc::Forbidden ||
         error.code() == Errc::Unauthorized || error.code() == Errc::Cancelled;
}

Result<bool> is_same(const client::Client& client, const BucketName& bucket, const PlannedShard& shard) {
  BRYO_TRY(info, client.head_object(bucket, shard.name));
  const auto digest = digest_of(shard);
  return std::any_of(info.custom.begin(), info.custom.end(),
                     [&](const auto& pair) { return pair.first == kDigestKey && pair.second == digest; });
}

}  // namespace

Result<ShardsThere> find_shards(const client::Client& client, const BucketName& bucket, const ShardPlan& plan,
                                int workers, Session& session) {
  ShardsThere there;
  std::mutex mutex;
  std::optional<Error> failure;
  Progress progress(session.console(), "shards looked up", plan.shards.size(), 0);
  std::size_t at = 0;
  const NextShard next = [&]() -> Result<std::optional<const PlannedShard*>> {
    const std::lock_guard lock(mutex);
    if (failure) return *failure;
    if (at == plan.shards.size()) return std::optional<const PlannedShard*>();
    return std::optional<const PlannedShard*>(&plan.shards[at++]);
  };
  const auto work = [&](const PlannedShard* shard) {
    const auto same = is_same(client, bucket, *shard);
    progress.add_item();
    const std::lock_guard lock(mutex);
    if (same) {
      if (*same) {
        ++there.same;
      } else {
        there.other.push_back(shard);
      }
    } else if (same.error().code() == Errc::NotFound) {
      there.missing.push_back(shard);
    } else {
      failure = same.error();
    }
  };
  BRYO_CHECK(for_each_parallel<const PlannedShard*>(workers, session.stop(), next, work));
  if (failure) return *failure;
  // In order of the plan again, which the answers did not keep.
  std::sort(there.missing.begin(), there.missing.end());
  std::sort(there.other.begin(), there.other.end());
  return there;
}

Result<WrittenShards> write_shards(const client::Client& client, const BucketName& bucket, const SampleSource& source,
                                   const std::vector<const PlannedShard*>& shards, int workers, Session& session) {
  WrittenShards written;
  std::uint64_t total = 0;
  for (const auto* shard : shards) total += shard->bytes;
  Progress progress(session.console(), "shards", shards.size(), total);
  std::mutex mutex;
  std::atomic<bool> give_up{false};
  std::size_t at = 0;
  const NextShard next = [&]() -> Result<std::optional<const PlannedShard*>> {
    if (at == shards.size() || give_up) return std::optional<const PlannedShard*>();
    return std::optional<const PlannedShard*>(shards[at++]);
  };
  const auto work = [&](const PlannedShard* shard) {
    const auto members = source.members(*shard);
    CountedMembers counted(*members, progress);
    client::ArchiveBody body(shard->format, counted);
    const client::PutOptions options{.custom = {{std::string(kDigestKey), digest_of(*shard)}}};
    const auto done = put_verified(client, bucket, shard->name, body, options, nullptr);
    if (done) {
      progress.add_item();
      const std::lock_guard lock(mutex);
      ++written.shards;
      written.samples += shard->samples.size();
      written.bytes += shard->bytes;
      return;
    }
    if (hopeless(done.error())) give_up = true;
    if (done.error().code() != Errc::Cancelled) session.console().fail(shard->name + ": " + done.error().message());
  };
  BRYO_CHECK(for_each_parallel<const PlannedShard*>(workers, session.stop(), next, work));
  if (session.stop().stop_requested()) return Error(Errc::Cancelled, "cancelled");
  written.failed = shards.size() - written.shards;
  written.time = progress.elapsed();
  return written;
}

}  // namespace bryo::cli
