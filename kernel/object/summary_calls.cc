#include <kernel/object/bucket_api.h>

#include <kernel/machine/file_system.h>
#include <kernel/wire/api_names.h>

#include <set>

namespace bryo::kernel {
namespace {

Error unknown_ticket(const std::string& id) {
  return Error(Errc::NotFound, "x-summary-bck[" + id.substr(0, 40) + "] does not exist", wire::kErrNotFound);
}

std::uint64_t disk_capacity_blocking(const ObjectStore& store) {
  std::uint64_t capacity = 0;
  std::set<std::string> seen;
  for (const auto& mountpath : store.mountpaths()) {
    if (seen.insert(file_system_of(mountpath.path).id).second) capacity += file_system_usage(mountpath.path).capacity();
  }
  return capacity;
}

}  // namespace

Task<Result<Response>> BucketApi::summarize(std::vector<RegisteredBucketPtr> buckets, nlohmann::json value) {
  std::string id;
  std::string prefix;
  BRYO_CO_CHECK(MessageReader(value, "summary-bck (apc.BsummCtrlMsg)")
                    .text("uuid", id)
                    .text("prefix", prefix)
                    .ignore("cached")
                    .ignore("present")
                    .ignore("dont_add_remote")
                    .finish());
  const std::string scope = (buckets.size() == 1 ? buckets.front()->uname() : std::string("*")) + prefix;
  if (id.empty()) {
    auto response = Response::text(tickets_.issue(scope));
    response.status = 202;
    co_return response;
  }
  if (tickets_.scope(id) != scope) co_return unknown_ticket(id);
  std::string out = "[";
  for (const auto& bucket : buckets) {
    BRYO_CO_TRY(summary, co_await sum_up(bucket, prefix));
    if (out.size() > 1) out.push_back(',');
    out.append(summary_json(bucket->name(), summary, false));
  }
  co_return Response::text(out.append("]"));
}

Task<Result<Response>> BucketApi::head_summary(RegisteredBucketPtr bucket, std::string prefix, std::string id) {
  Response response;
  response.headers.add(std::string(wire::kHeaderBucketProps), bucket->props().json());
  // Only the first call of a client says the prefix (http-buckets.md section 4).
  if (id.empty()) {
    response.status = 202;
    response.headers.add(std::string(wire::kHeaderXactionId), tickets_.issue(bucket->uname() + prefix));
    co_return response;
  }
  const auto scope = tickets_.scope(id);
  if (!scope || !scope->starts_with(bucket->uname())) co_return unknown_ticket(id);
  BRYO_CO_TRY(summary, co_await sum_up(bucket, scope->substr(bucket->uname().size())));
  response.headers.add(std::string(wire::kHeaderBucketSummary), summary_json(bucket->name(), summary, true));
  response.headers.add(std::string(wire::kHeaderXactionId), id);
  co_return response;
}

Task<Result<BucketSummary>> BucketApi::sum_up(RegisteredBucketPtr bucket, std::string prefix) {
  BucketSummary summary;
  ListRequest page_request;
  page_request.prefix = std::move(prefix);
  auto& store = services_.store;
  // A page at a time, so that a large bucket does not keep a thread of the pool from others.
  for (bool more = true; more;) {
    BRYO_CO_CHECK(co_await services_.blocking.run([&]() -> Status {
      BRYO_TRY(page, store.list_blocking(*bucket, page_request));
      for (const auto& entry : page.entries) summary.add(entry.size);
      more = page.more && !page.entries.empty();
      if (more) page_request.after = std::move(page.entries.back().name);
      if (!more) summary.disk_capacity = disk_capacity_blocking(store);
      return {};
    }));
  }
  co_return summary;
}

}  // namespace bryo::kernel
