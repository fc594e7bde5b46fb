#include <bryo/client/uri.h>

#include "json.h"
#include "requests.h"
#include "wire.h"

namespace bryo::client {
namespace {

/// The Go zero time of a job that has not ended (http-jobs.md section 3).
constexpr std::string_view kNoTime = "0001-01-01";

JobSnapshot snapshot_of(const std::string& target, const Json& json) {
  const auto& bucket = member(json, "bck");
  const auto& space = member(bucket, "namespace");
  const auto& stats = member(json, "stats");
  auto end = text_at(json, "end-time");
  if (end.starts_with(kNoTime)) end.clear();
  return {
      .target = target,
      .id = text_at(json, "id"),
      .kind = text_at(json, "kind"),
      .bucket = {text_at(bucket, "provider"), text_at(space, "uuid"), text_at(space, "name"), text_at(bucket, "name")},
      .control_message = text_at(json, "ctlmsg"),
      .start_time = text_at(json, "start-time"),
      .end_time = std::move(end),
      .error = text_at(json, "err"),
      .objects = number_at(stats, "loc-objs"),
      .bytes = number_at(stats, "loc-bytes"),
      .aborted = flag_at(json, "aborted"),
      .idle = flag_at(json, "is_idle")};
}

}  // namespace

Result<std::string> Client::archive_objects(const BucketName& source, const ArchiveJob& job) const {
  BRYO_CHECK(check_object_name(job.shard));
  Json value{{"tobck",
              {{"name", job.to.name},
               {"provider", job.to.provider},
               {"namespace", {{"uuid", job.to.ns_uuid}, {"name", job.to.ns_name}}}}},
             {"archname", job.shard},
             {"mime", ""},
             {"isbn", job.with_bucket_name},
             {"bnonly", job.base_names},
             {"aate", job.append},
             {"coer", job.continue_on_error},
             {"non-recurs", !job.recursive}};
  if (job.objects.empty()) {
    value["template"] = job.selection;
  } else {
    value["objnames"] = job.objects;
  }
  BRYO_TRY(text, dump_json(Json{{"action", "archive"}, {"value", std::move(value)}}, "the names of the objects"));
  MemoryBody body(text);
  auto call =
      json_call("PUT", std::string(wire::kBuckets) + "/" + encode_path(source.name) + "?" + bucket_query(source), body);
  call.repeat = Repeat::IfRefused;
  BRYO_TRY(answer, requests_->fetch(call, call_));
  return std::move(answer.body);
}

Result<std::vector<JobSnapshot>> Client::jobs(const JobFilter& filter) const {
  Json query{{"id", filter.id}, {"kind", filter.kind}};
  if (filter.only_running) query["show_active"] = true;
  BRYO_TRY(text, dump_json(query, "the job's id or kind"));
  MemoryBody body(text);
  BRYO_TRY(answer, requests_->fetch(json_call("GET", std::string(wire::kCluster) + "?what=qryxstats", body), call_));
  BRYO_TRY(json, parse_json(answer.body, "the list of jobs"));
  std::vector<JobSnapshot> jobs;
  if (!json.is_object()) return jobs;
  for (const auto& [target, list] : json.items()) {
    if (!list.is_array()) continue;
    for (const auto& one : list) jobs.push_back(snapshot_of(target, one));
  }
  return jobs;
}

Result<JobStatus> Client::job_status(const std::string& id) const {
  BRYO_TRY(text, dump_json(Json{{"id", id}}, "the job's id"));
  MemoryBody body(text);
  BRYO_TRY(answer, requests_->fetch(json_call("GET", std::string(wire::kCluster) + "?what=status", body), call_));
  BRYO_TRY(json, parse_json(answer.body, "the job's status"));
  return JobStatus{text_at(json, "uuid"), text_at(json, "kind"), text_at(json, "err"), signed_at(json, "end_time"),
                   flag_at(json, "aborted")};
}

}  // namespace bryo::client
