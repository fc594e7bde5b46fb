#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "commands/commands.h"
#include "format.h"
#include "json_out.h"
#include "session.h"
#include "table.h"

namespace bryo::cli {
namespace {

struct ShowJobOptions {
  std::string job;
  bool running = false;
};

std::string job_state(const client::JobSnapshot& job) {
  if (job.aborted) return "aborted";
  if (!job.end_time.empty()) return job.error.empty() ? "finished" : "failed";
  return job.idle ? "idle" : "running";
}

JsonOut json_of_job(const client::JobSnapshot& job) {
  return {{"id", job.id},
          {"kind", job.kind},
          {"target", job.target},
          {"bucket", job.bucket.name.empty() ? "" : job.bucket.uri()},
          {"state", job_state(job)},
          {"objects", job.objects},
          {"bytes", job.bytes},
          {"start_time", job.start_time},
          {"end_time", job.end_time},
          {"error", job.error},
          {"message", job.control_message}};
}

/// The argument is a kind or an id, and which of both only the cluster knows. The reference takes an unknown kind for
/// "all kinds", so the answer is compared with what was asked.
Result<std::vector<client::JobSnapshot>> find_jobs(const client::Client& client, const ShowJobOptions& options) {
  client::JobFilter filter{.only_running = options.running};
  if (options.job.empty()) return client.jobs(filter);
  filter.kind = options.job;
  auto by_kind = client.jobs(filter);
  if (by_kind) {
    std::erase_if(*by_kind, [&](const auto& job) { return job.kind != options.job; });
    if (!by_kind->empty()) return by_kind;
  }
  filter.kind.clear();
  filter.id = options.job;
  auto by_id = client.jobs(filter);
  if (by_id && !by_id->empty()) return by_id;
  if (by_id || by_id.error().code() == Errc::NotFound) {
    // A kind that exists and has no job now is no error.
    if (by_kind) return by_kind;
    return Error(Errc::NotFound, "\"" + options.job + "\" is neither the id nor the kind of a job");
  }
  return by_id;
}

Status show_jobs(const ShowJobOptions& options, Session& session) {
  BRYO_TRY(client, session.client());
  BRYO_TRY(jobs, find_jobs(client, options));
  std::stable_sort(jobs.begin(), jobs.end(), [](const auto& a, const auto& b) { return a.start_time < b.start_time; });
  auto& console = session.console();
  if (console.json) {
    auto list = JsonOut::array();
    for (const auto& job : jobs) list.push_back(json_of_job(job));
    console.print(to_text(list));
    return {};
  }
  if (jobs.empty()) {
    console.note("no jobs");
    return {};
  }
  Table table({"JOB", "KIND", "TARGET", "BUCKET", "STATE", "OBJECTS", "BYTES", "STARTED", "ENDED"});
  for (const auto& job : jobs) {
    table.add({job.id, job.kind, job.target, job.bucket.name.empty() ? "-" : job.bucket.uri(), job_state(job),
               std::to_string(job.objects), show_size(job.bytes), job.start_time.substr(0, 19),
               job.end_time.empty() ? "-" : job.end_time.substr(0, 19)});
  }
  table.print(console);
  for (const auto& job : jobs) {
    if (!job.control_message.empty()) console.print(job.id + ": " + job.control_message);
    if (!job.error.empty()) console.print(job.id + ": error: " + job.error);
  }
  return {};
}

}  // namespace

Action declare_show_job(CLI::App& app) {
  auto options = std::make_shared<ShowJobOptions>();
  app.add_option("KIND|ID", options->job, "Only this kind, or this job");
  app.add_flag("--running", options->running, "Only jobs that have not ended");
  return [options](Session& session) { return show_jobs(*options, session); };
}

}  // namespace bryo::cli
