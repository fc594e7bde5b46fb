#include <kernel/wire/bucket_text.h>
#include <kernel/wire/go_time.h>
#include <kernel/xaction/past_job.h>

namespace bryo::kernel {
namespace {

/// `ext` of a snapshot can be of any size; what does not fit is not kept.
constexpr std::size_t kMaxText = 64 << 10;

}  // namespace

std::string PastJob::text() const {
  const nlohmann::ordered_json shown = {{"ended", ended_ns}, {"all", in_status_all}, {"snapshot", snapshot}};
  std::string out = shown.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  if (out.size() <= kMaxText || !snapshot.contains("ext") || snapshot["ext"].is_null()) return out;
  PastJob shorter = *this;
  shorter.snapshot["ext"] = nullptr;
  return shorter.text();
}

Result<PastJob> PastJob::parse(std::string_view text) {
  const Error damaged(Errc::Internal, "a line of the log of jobs is damaged");
  auto json = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("ended") || !json["ended"].is_number_integer() || !json.contains("all") ||
      !json["all"].is_boolean() || !json.contains("snapshot")) {
    return damaged;
  }
  PastJob job;
  job.ended_ns = json["ended"].get<std::int64_t>();
  job.in_status_all = json["all"].get<bool>();
  job.snapshot = std::move(json["snapshot"]);
  const auto& snapshot = job.snapshot;
  if (!snapshot.is_object()) return damaged;
  for (const char* name : {"id", "kind", "err", "end-time"}) {
    if (!snapshot.contains(name) || !snapshot[name].is_string()) return damaged;
  }
  if (!snapshot.contains("aborted") || !snapshot["aborted"].is_boolean()) return damaged;
  job.id = snapshot["id"].get<std::string>();
  job.kind = snapshot["kind"].get<std::string>();
  for (const auto& [name, out] : {std::pair("src-bck", &job.bucket), std::pair("dst-bck", &job.destination)}) {
    if (!snapshot.contains(name)) return damaged;
    BRYO_TRY(bucket, bucket_of_json(snapshot[name]));
    *out = std::move(bucket);
  }
  if (job.bucket.name.empty() && snapshot.contains("bck")) {
    BRYO_TRY(bucket, bucket_of_json(snapshot["bck"]));
    job.bucket = std::move(bucket);
  }
  return job;
}

void PastJob::interrupt(std::int64_t now_ns) {
  constexpr const char* kWhy = "the node went down while the job ran";
  ended_ns = now_ns;
  snapshot["end-time"] = format_go_time(now_ns, kLayoutRfc3339Nano);
  snapshot["aborted"] = true;
  snapshot["abort-err"] = kWhy;
  snapshot["err"] = kWhy;
  snapshot["is_idle"] = true;
}

nlohmann::ordered_json PastJob::status() const {
  return {
      {"kind", kind}, {"uuid", id}, {"err", snapshot["err"]}, {"end_time", ended_ns}, {"aborted", snapshot["aborted"]}};
}

}  // namespace bryo::kernel
