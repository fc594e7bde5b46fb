#include "moss_url.h"

#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "bucket_names.h"

namespace bryo::moss {
namespace {

Result<int> parse_colocation(std::string_view text) {
  int value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) {
    return Error(Errc::InvalidArgument, "dpq: 'coloc=" + std::string(text.substr(0, 100)) + "', err: invalid syntax");
  }
  if (value < 0 || value > 2) {
    return Error(Errc::InvalidArgument, "invalid 'coloc=" + std::to_string(value) + "' (expecting 0, 1, or 2)");
  }
  return value;
}

std::string_view without_slashes(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

}  // namespace

Result<MossUrl> parse_moss_url(const Request& request) {
  MossUrl url;
  const auto segment = without_slashes(request.rest);
  if (segment.find('/') != std::string_view::npos) return wrong_ml_url(request);
  if (const auto coloc = request.query.get("coloc"); coloc && !coloc->empty()) {
    BRYO_TRY(value, parse_colocation(*coloc));
    url.colocation = value;
  }
  if (segment.empty()) return url;
  BRYO_TRY(bucket, parse_url_bucket(segment, request.query.get("provider").value_or(""),
                                    request.query.get("namespace").value_or("")));
  url.bucket = std::move(bucket);
  return url;
}

Error wrong_ml_url(const Request& request) {
  const auto path = without_slashes(request.path);
  if (path == "v1/ml") return {Errc::InvalidArgument, "URL 'v1/ml' is too short: expected 3 items, got 2"};
  return {Errc::InvalidArgument, "invalid request URI: '" + std::string(verb_name(request.verb)) + " " +
                                     request.target.substr(0, 1000) + "' from " + request.remote};
}

}  // namespace bryo::moss
