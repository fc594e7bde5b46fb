#include <kernel/object/object_api.h>
#include <kernel/object/remote_bucket.h>

namespace bryo::kernel {
namespace {

using Method = Task<Result<Response>> (ObjectApi::*)(Request&);

/// A body that is never held in memory.
constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};

struct Row {
  Verb verb;
  const char* pattern;
  const char* doc;
  Access access;
  Method method;
  bool stream_body = false;
};

}  // namespace

Status register_object_routes(Router& router, std::optional<ObjectApi>& api) {
  for (const Row& row : {
           Row{Verb::Get, "/v1/objects/*", "Reads an object, a range of it, or archived files.", Access::Read,
               &ObjectApi::get},
           Row{Verb::Head, "/v1/objects/*", "Answers the properties of an object or archived file.", Access::Read,
               &ObjectApi::head},
           Row{Verb::Put, "/v1/objects/*", "Writes an object, or a file into a shard.", Access::Write, &ObjectApi::put,
               true},
           Row{Verb::Delete, "/v1/objects/*", "Deletes an object.", Access::Write, &ObjectApi::remove},
           Row{Verb::Patch, "/v1/objects/*", "Changes the custom metadata of an object.", Access::Write,
               &ObjectApi::patch},
           Row{Verb::Post, "/v1/objects/*", "Runs an action on an object.", Access::Write, &ObjectApi::post},
           Row{Verb::Get, "/v1/objects", "Refuses a URL without an object.", Access::Read, &ObjectApi::get},
           Row{Verb::Head, "/v1/objects", "Refuses a URL without an object.", Access::Read, &ObjectApi::head},
           Row{Verb::Put, "/v1/objects", "Refuses a URL without an object.", Access::Write, &ObjectApi::put, true},
       }) {
    RouteSpec spec{.verb = row.verb,
                   .pattern = row.pattern,
                   .doc = row.doc,
                   .role = Role::Any,
                   .access = row.access,
                   .body_limit = row.stream_body ? kUnlimited : RouteSpec{}.body_limit,
                   .stream_body = row.stream_body};
    const auto handler = [&api, method = row.method](Request& r) {
      return names_remote_bucket(r) ? with_remote_bucket(*api, method, api->buckets(), r) : ((*api).*method)(r);
    };
    BRYO_CHECK(router.add(std::move(spec), handler, "kernel"));
  }
  return {};
}

}  // namespace bryo::kernel
