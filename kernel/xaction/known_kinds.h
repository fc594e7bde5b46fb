#pragma once

/// The actions on buckets that the kernel runs itself, which no plugin can take. And the kinds of jobs that clients ask
/// about, under both their names (http-jobs.md section 4). A kind that no plugin provides is known all the same:
/// queries about it answer empty lists.

#include <bryo/http.h>
#include <kernel/wire/api_names.h>

#include <array>
#include <string_view>

namespace bryo::kernel {

struct OwnAction {
  Verb verb;
  std::string_view name;
};

inline constexpr auto kOwnActions = std::to_array<OwnAction>({
    {Verb::Get, wire::kActionList},
    {Verb::Get, wire::kActionSummary},
    {Verb::Post, wire::kActionCreateBucket},
    {Verb::Delete, wire::kActionDestroyBucket},
    {Verb::Delete, wire::kActionEvictBucket},
});

/// How a kind is started in the reference.
enum class KnownStart : std::uint8_t {
  Cluster,   ///< by the jobs API
  Target,    ///< by the jobs API, for one target
  Bucket,    ///< by the jobs API, with a bucket
  Action,    ///< by an action on a bucket; without one the jobs API says that it needs it
  Separate,  ///< by a call of its own, which the jobs API points to
  Internal,
};

struct KnownKind {
  std::string_view name;
  std::string_view display_name;  ///< empty: none
  KnownStart start;
};

inline constexpr auto kKnownKinds = std::to_array<KnownKind>({
    {"election", "elect-primary", KnownStart::Internal},
    {"rebalance", "", KnownStart::Cluster},
    {"etl-inline", "", KnownStart::Internal},
    {"lru", "lru-eviction", KnownStart::Cluster},
    {"cleanup-store", "cleanup", KnownStart::Cluster},
    {"summary-bck", "summary", KnownStart::Internal},
    {"summary-shard", "shard-summary", KnownStart::Action},
    {"resilver", "", KnownStart::Target},
    {"rechunk", "", KnownStart::Bucket},
    {"index-shard", "shard-index", KnownStart::Action},
    {"ec-get", "", KnownStart::Internal},
    {"ec-put", "", KnownStart::Internal},
    {"ec-resp", "", KnownStart::Internal},
    {"put-copies", "", KnownStart::Internal},
    {"archive", "", KnownStart::Action},
    {"copy-listrange", "copy-objects", KnownStart::Action},
    {"etl-listrange", "etl-objects", KnownStart::Action},
    {"blob-download", "", KnownStart::Bucket},
    {"download", "", KnownStart::Separate},
    {"dsort", "dsort", KnownStart::Separate},
    {"promote", "promote-files", KnownStart::Action},
    {"evict-listrange", "evict-objects", KnownStart::Separate},
    {"evict-remote-bck", "evict-remote-bucket", KnownStart::Separate},
    {"delete-listrange", "delete-objects", KnownStart::Separate},
    {"prefetch-listrange", "prefetch-objects", KnownStart::Bucket},
    {"ec-encode", "ec-bucket", KnownStart::Separate},
    {"make-n-copies", "mirror", KnownStart::Separate},
    {"move-bck", "rename-bucket", KnownStart::Action},
    {"copy-bck", "copy-bucket", KnownStart::Action},
    {"etl-bck", "etl-bucket", KnownStart::Action},
    {"list", "", KnownStart::Internal},
    {"get-batch", "", KnownStart::Internal},
    {"create-inventory", "", KnownStart::Action},
    {"load-lom-cache", "warm-up-metadata", KnownStart::Bucket},
});

}  // namespace bryo::kernel
