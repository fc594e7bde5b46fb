#include <kernel/cluster/absent_features.h>

#include <kernel/wire/api_names.h>

#include <algorithm>
#include <array>

namespace bryo::kernel {
namespace {

struct Feature {
  const char* path;
  std::string_view message;
  bool empty_list = false;  ///< GET answers `[]`
};

constexpr std::array kFeatures = std::to_array<Feature>({
    {"/v1/ml/moss", "cannot use get-batch: plugin \"moss\" is not enabled - operation not supported"},
    {"/v1/etl", "cannot use ETL in a build without ETL support - operation not supported"},
    {"/v1/download", "cannot download: plugin \"downloads\" is not enabled - operation not supported", true},
    {"/v1/sort", "cannot use dsort: plugin \"dsort\" is not enabled - operation not supported", true},
    {"/v1/tokens", "cannot use tokens: plugin \"auth\" is not enabled - operation not supported"},
    {"/s3", "cannot use the S3 API: plugin \"s3_api\" is not enabled - operation not supported"},
});

Task<Result<Response>> refuse(std::string_view message) {
  co_return Error(Errc::Unsupported, std::string(message), wire::kErrUnsupported);
}

Task<Result<Response>> answer_empty_list() { co_return Response::json("[]\n"); }

constexpr std::array kVerbs = {Verb::Get, Verb::Head, Verb::Put, Verb::Post, Verb::Patch, Verb::Delete};

/// No plugin answers this pattern. Where one does, verbs that it lacks are 405 by the router.
bool is_free(const Router& router, const std::string& pattern) {
  return std::none_of(kVerbs.begin(), kVerbs.end(), [&](Verb verb) {
    const auto match = router.find(verb, pattern);
    return match.route != nullptr && match.route->spec.pattern == pattern;
  });
}

}  // namespace

Status register_absent_features(Router& router) {
  for (const auto& feature : kFeatures) {
    for (const char* below : {"", "/*"}) {
      const std::string pattern = std::string(feature.path) + below;
      if (!is_free(router, pattern)) continue;
      for (const auto verb : kVerbs) {
        const bool list = feature.empty_list && verb == Verb::Get;
        RouteSpec spec{.verb = verb,
                       .pattern = pattern,
                       .doc = list ? "Answers an empty list, since no running plugin offers this."
                                   : "Answers 501: no running plugin offers this.",
                       .role = Role::Any,
                       .access = Access::Read};
        auto handler = list ? RouteHandler([](Request&) { return answer_empty_list(); })
                            : RouteHandler([message = feature.message](Request&) { return refuse(message); });
        BRYO_CHECK(router.add(std::move(spec), std::move(handler), "kernel"));
      }
    }
  }
  return {};
}

}  // namespace bryo::kernel
