#pragma once

/// Jobs (http-jobs.md).

#include <bryo/names.h>

#include <cstdint>
#include <string>
#include <vector>

namespace bryo::client {

struct JobFilter {
  std::string id{};
  std::string kind{};
  bool only_running = false;
};

/// Which objects become members of which shard (jobs.md sections 4 and 7).
struct ArchiveJob {
  BucketName to;
  std::string shard;                   ///< its extension is the format
  std::vector<std::string> objects{};  ///< by name; empty: those of `selection`
  std::string selection{};             ///< template or prefix; empty: the whole bucket
  bool with_bucket_name = false;       ///< members are called BUCKET/NAME
  bool base_names = false;             ///< members are called by the last part of their names
  bool append = false;                 ///< to the shard, if it exists
  bool continue_on_error = false;
  bool recursive = true;
};

/// What one target says about one job.
struct JobSnapshot {
  std::string target;
  std::string id;
  std::string kind;
  BucketName bucket;  ///< empty name: no bucket
  std::string control_message;
  std::string start_time;  ///< RFC 3339
  std::string end_time;    ///< empty: not ended
  std::string error;
  std::uint64_t objects = 0;  ///< local ones
  std::uint64_t bytes = 0;
  bool aborted = false;
  bool idle = false;
};

struct JobStatus {
  std::string id;
  std::string kind;
  std::string error;
  std::int64_t end_time_ns = 0;  ///< 0 = running
  bool aborted = false;
};

}  // namespace bryo::client
