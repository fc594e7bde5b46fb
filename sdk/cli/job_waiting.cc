#include "job_waiting.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "session.h"

namespace bryo::cli {
namespace {

constexpr std::chrono::milliseconds kFirstWait{20};
constexpr std::chrono::milliseconds kLongestWait{1000};

/// What the targets of the job did so far.
Result<client::JobSnapshot> sum_of(const client::Client& client, const std::string& id) {
  BRYO_TRY(snapshots, client.jobs({.id = id}));
  client::JobSnapshot sum;
  for (const auto& one : snapshots) {
    sum.objects += one.objects;
    sum.bytes += one.bytes;
  }
  return sum;
}

}  // namespace

Status wait_for_job(const client::Client& client, const std::string& id, const std::string& unit, Session& session) {
  Progress progress(session.console(), unit, 0, 0);
  std::mutex mutex;
  std::condition_variable_any wake;
  for (auto wait = kFirstWait;; wait = std::min(wait * 2, kLongestWait)) {
    BRYO_TRY(status, client.job_status(id));
    if (session.console().draws()) {
      // Of a job that just ended there may be nothing to see.
      if (const auto sum = sum_of(client, id)) {
        progress.add_bytes(sum->bytes - std::min(sum->bytes, progress.bytes()));
        while (progress.items() < sum->objects) progress.add_item();
      }
    }
    if (status.end_time_ns != 0 || status.aborted) {
      if (status.aborted) return Error(Errc::Io, "job " + id + " was aborted: " + status.error);
      if (!status.error.empty()) return Error(Errc::Io, "job " + id + " failed: " + status.error);
      return {};
    }
    std::unique_lock lock(mutex);
    wake.wait_for(lock, session.stop(), wait, [] { return false; });
    if (session.stop().stop_requested()) {
      return Error(Errc::Cancelled, "cancelled; job " + id + " goes on: `bryo show job " + id + "`");
    }
  }
}

}  // namespace bryo::cli
