#include <kernel/object/bucket_api.h>
#include <kernel/object/remote_bucket.h>

namespace bryo::kernel {

namespace {

constexpr std::uint64_t kMaxMessage = 32u << 20;

}  // namespace

Status register_bucket_routes(Router& router, std::optional<BucketApi>& api) {
  struct Row {
    Verb verb;
    const char* pattern;
    const char* doc;
    Access access;
    Task<Result<Response>> (BucketApi::*method)(Request&);
  };
  for (const Row& row : {
           Row{Verb::Get, "/v1/buckets", "Lists buckets.", Access::Read, &BucketApi::get_all},
           Row{Verb::Get, "/v1/buckets/*", "Lists the objects of a bucket, or sums them up.", Access::Read,
               &BucketApi::get},
           Row{Verb::Head, "/v1/buckets/*", "Answers the properties of a bucket.", Access::Read, &BucketApi::head},
           Row{Verb::Post, "/v1/buckets/*", "Creates a bucket, or starts a job on one.", Access::Write,
               &BucketApi::post},
           Row{Verb::Put, "/v1/buckets/*", "Starts a job on a bucket, such as archiving objects.", Access::Write,
               &BucketApi::put},
           Row{Verb::Delete, "/v1/buckets/*", "Destroys a bucket, or deletes objects of one.", Access::Write,
               &BucketApi::remove},
           Row{Verb::Patch, "/v1/buckets/*", "Changes the properties of a bucket.", Access::Write, &BucketApi::patch},
           Row{Verb::Head, "/v1/buckets", "Asks for a bucket's name.", Access::Read, &BucketApi::without_name},
           Row{Verb::Post, "/v1/buckets", "Asks for a bucket's name.", Access::Read, &BucketApi::without_name},
           Row{Verb::Put, "/v1/buckets", "Asks for a bucket's name.", Access::Read, &BucketApi::without_name},
           Row{Verb::Delete, "/v1/buckets", "Asks for a bucket's name.", Access::Read, &BucketApi::without_name},
           Row{Verb::Patch, "/v1/buckets", "Asks for a bucket's name.", Access::Read, &BucketApi::without_name},
       }) {
    RouteSpec spec{.verb = row.verb, .pattern = row.pattern, .doc = row.doc, .role = Role::Any, .access = row.access};
    // Messages of jobs may list many names.
    spec.body_limit = kMaxMessage;
    const bool adds = row.verb == Verb::Get || row.verb == Verb::Head || row.verb == Verb::Patch;
    const auto handler = [&api, method = row.method, adds](Request& r) {
      return adds && names_remote_bucket(r) && !r.rest.empty() ? with_remote_bucket(*api, method, api->buckets(), r)
                                                               : ((*api).*method)(r);
    };
    BRYO_CHECK(router.add(std::move(spec), handler, "kernel"));
  }
  return {};
}

}  // namespace bryo::kernel
