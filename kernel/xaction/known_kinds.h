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

struct KnownKind {
  std::string_view name;
  std::string_view display_name;  ///< empty: none
};

inline constexpr auto kKnownKinds = std::to_array<KnownKind>({
    {"election", "elect-primary"},
    {"rebalance", ""},
    {"etl-inline", ""},
    {"lru", "lru-eviction"},
    {"cleanup-store", "cleanup"},
    {"summary-bck", "summary"},
    {"summary-shard", "shard-summary"},
    {"resilver", ""},
    {"rechunk", ""},
    {"index-shard", "shard-index"},
    {"ec-get", ""},
    {"ec-put", ""},
    {"ec-resp", ""},
    {"put-copies", ""},
    {"archive", ""},
    {"copy-listrange", "copy-objects"},
    {"etl-listrange", "etl-objects"},
    {"blob-download", ""},
    {"download", ""},
    {"dsort", "dsort"},
    {"promote", "promote-files"},
    {"evict-listrange", "evict-objects"},
    {"evict-remote-bck", "evict-remote-bucket"},
    {"delete-listrange", "delete-objects"},
    {"prefetch-listrange", "prefetch-objects"},
    {"ec-encode", "ec-bucket"},
    {"make-n-copies", "mirror"},
    {"move-bck", "rename-bucket"},
    {"copy-bck", "copy-bucket"},
    {"etl-bck", "etl-bucket"},
    {"list", ""},
    {"get-batch", ""},
    {"create-inventory", ""},
    {"load-lom-cache", "warm-up-metadata"},
});

}  // namespace bryo::kernel
