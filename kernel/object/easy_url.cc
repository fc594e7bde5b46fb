#include <kernel/object/easy_url.h>

namespace bryo::kernel {
namespace {

/// `BUCKET` or `BUCKET/` lists, anything longer is an object.
bool names_object(const Request& request) {
  const auto slash = request.rest.find('/');
  return slash != std::string::npos && slash + 1 < request.rest.size();
}

}  // namespace

Status register_easy_urls(Router& router, std::optional<ObjectApi>& objects, std::optional<BucketApi>& buckets) {
  const auto spec = [](Verb verb, const char* pattern, const char* doc) {
    return RouteSpec{.verb = verb, .pattern = pattern, .doc = doc, .role = Role::Any, .access = Access::Read};
  };
  BRYO_CHECK(router.add(
      spec(Verb::Get, "/ais/*", "Lists a bucket of this cluster, or reads an object of one."),
      [&objects, &buckets](Request& r) { return names_object(r) ? objects->get(r) : buckets->get(r); }, "kernel"));
  BRYO_CHECK(router.add(
      spec(Verb::Head, "/ais/*", "Answers the properties of a bucket or an object of this cluster."),
      [&objects, &buckets](Request& r) { return names_object(r) ? objects->head(r) : buckets->head(r); }, "kernel"));
  RouteSpec write = spec(Verb::Put, "/ais/*", "Writes an object of this cluster.");
  write.access = Access::Write;
  write.body_limit = ~std::uint64_t{0};
  write.stream_body = true;
  BRYO_CHECK(router.add(
      std::move(write), [&objects](Request& r) { return objects->put(r); }, "kernel"));
  return router.add(
      spec(Verb::Get, "/ais", "Lists the buckets of this cluster."),
      [&buckets](Request& r) { return buckets->get_all(r); }, "kernel");
}

}  // namespace bryo::kernel
