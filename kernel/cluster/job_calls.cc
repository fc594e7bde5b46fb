#include <kernel/cluster/cluster_api.h>

#include <kernel/cluster/job_messages.h>
#include <kernel/wire/action_message.h>
#include <kernel/wire/api_names.h>

namespace bryo::kernel {
namespace {

/// The reference's gateway names itself where no target knows the job, and twice where none of a kind is known.
Error named_by_gateway(Error error, const std::string& id) {
  if (error.code() != Errc::NotFound) return error;
  std::string message = error.message();
  constexpr std::string_view kOfKind = "nl x-";
  if (message.starts_with(kOfKind)) {
    const auto kind_end = message.find(' ', kOfKind.size());
    message = "nl [" + id + "(*), " + message.substr(3, kind_end - 3) + "]" + message.substr(kind_end);
  }
  return Error(error.code(), "p[" + id + "]: " + message, error.tcode());
}

/// What jobs say may quote names of a backend or a disk, which need not be UTF-8.
std::string text_of(const nlohmann::ordered_json& document) {
  return document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

std::optional<Result<Response>> ClusterApi::job_document(std::string_view what, const Request& request) {
  const bool known = what == wire::kWhatJobStatus || what == wire::kWhatJobStatusAll ||
                     what == wire::kWhatJobSnapshots || what == wire::kWhatJobsRunning;
  if (!known) return std::nullopt;
  return answer_about_jobs(what, request);
}

Result<Response> ClusterApi::answer_about_jobs(std::string_view what, const Request& request) {
  BRYO_TRY(query, parse_job_query(request.body));
  auto& jobs = services_.jobs;
  // The two status forms are plain text to clients of the reference, without a newline (http-api.md section 5).
  if (what == wire::kWhatJobStatus) {
    auto status = jobs.status(query);
    if (!status) return named_by_gateway(std::move(status).error(), services_.node.gateway_id);
    return Response::text(text_of(*status));
  }
  if (what == wire::kWhatJobStatusAll) {
    BRYO_TRY(all, jobs.status_all(query));
    return Response::text(all.empty() ? "null" : text_of(all));
  }
  if (what == wire::kWhatJobSnapshots) {
    BRYO_TRY(snapshots, jobs.snapshots(query));
    nlohmann::ordered_json document;
    document[services_.node.target_id] = std::move(snapshots);
    return Response::json(text_of(document) + "\n");
  }
  BRYO_TRY(running, jobs.running(query));
  return Response::json(nlohmann::json(running).dump() + "\n");
}

Task<Result<Response>> ClusterApi::start_job(std::string name, nlohmann::json value, Request& request) {
  BRYO_CO_TRY(arguments, parse_job_arguments(value));
  const auto map = services_.map();
  if (arguments.kind == "rebalance" && map->active_targets() < 2) {
    co_return Error(Errc::InvalidArgument,
                    "p[" + services_.node.gateway_id + "]: not enough targets: Smap v" +
                        std::to_string(map->identity().version) + ", need 2, have " +
                        std::to_string(map->active_targets()),
                    "errNotEnoughTargets");
  }
  if (arguments.kind == "resilver" && arguments.node.empty()) {
    co_return Error(Errc::Unsupported, "cannot run resilver on all targets in the cluster - operation not supported",
                    wire::kErrUnsupported);
  }
  if (arguments.buckets.size() > 1) {
    co_return Error(Errc::InvalidArgument,
                    "a job is started with one bucket, or with none: start one for each of the " +
                        std::to_string(arguments.buckets.size()) + " buckets");
  }
  BucketPtr bucket;
  if (!arguments.buckets.empty()) {
    BRYO_CO_TRY(found, services_.buckets.find(arguments.buckets.front()));
    bucket = std::move(found);
  }
  auto given = std::move(arguments.own);
  if (!name.empty()) given["name"] = name;
  if (!arguments.node.empty()) given["node"] = arguments.node;
  const nlohmann::json no_value;
  MessageReader nothing(no_value, arguments.kind);
  XactionRequest start{.action = {},
                       .name = std::move(name),
                       .bucket = std::move(bucket),
                       .target = services_.node.target_id,
                       .query = request.query,
                       .value = nothing,
                       .scope = request.scope};
  BRYO_CO_TRY(id, co_await services_.jobs.start(arguments.kind, start, std::move(given), request.executor));
  co_return Response::text(std::move(id));
}

Result<Response> ClusterApi::stop_job(const nlohmann::json& value) {
  BRYO_TRY(arguments, parse_job_arguments(value));
  BRYO_CHECK(services_.jobs.stop(
      {.id = std::move(arguments.id), .kind = std::move(arguments.kind), .buckets = std::move(arguments.buckets)}));
  return Response();
}

}  // namespace bryo::kernel
