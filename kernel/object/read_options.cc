#include <kernel/object/read_options.h>

#include <kernel/wire/api_names.h>

#include <algorithm>
#include <array>

namespace bryo::kernel {
namespace {

Error bad_query(std::string_view key, std::string_view value, std::string_view why) {
  return Error(Errc::InvalidArgument,
               "dpq: '" + std::string(key) + "=" + std::string(value.substr(0, 120)) + "', err: " + std::string(why));
}

Status check_mode(std::string_view mode) {
  constexpr std::array<std::string_view, 5> kModes{"regexp", "prefix", "suffix", "substr", "wdskey"};
  if (std::find(kModes.begin(), kModes.end(), mode) != kModes.end()) return {};
  return bad_query(wire::kQueryArchMode, mode,
                   "invalid matching mode \"" + std::string(mode.substr(0, 120)) +
                       "\", expecting one of: [regexp prefix suffix substr wdskey]");
}

}  // namespace

Result<ReadOptions> parse_read_options(const Query& query, std::string_view object) {
  ReadOptions options;
  std::string_view mode;
  for (const auto& [key, value] : query.items()) {
    if (key == wire::kQueryArchPath) {
      options.archpath = value;
    } else if (key == wire::kQueryArchMode) {
      mode = value;
    } else if ((key == wire::kQueryEtlName || key == wire::kQueryEtlPipeline) && !value.empty()) {
      return Error(Errc::Unsupported, "cannot use ETL in a build without ETL support - operation not supported",
                   wire::kErrUnsupported);
    }
  }
  if (!mode.empty()) {
    BRYO_CHECK(check_mode(mode));
    if (!options.archpath.empty()) {
      return bad_query(wire::kQueryArchPath, options.archpath,
                       "dpq: archpath=\"archpath\" (match one) and archregx=\"archregx\" (match many) are mutually "
                       "exclusive");
    }
    return Error(Errc::Unsupported,
                 "cannot read many archived files in one call (archmode=" + std::string(mode) +
                     "): use get-batch - operation not supported",
                 wire::kErrUnsupported);
  }
  // A path that begins with the object's own name is meant relative to the object, a leading '/' means nothing.
  std::string_view path = options.archpath;
  if (path.size() > object.size() && path.starts_with(object) && path[object.size()] == '/') {
    path.remove_prefix(object.size());
  }
  while (path.starts_with('/')) path.remove_prefix(1);
  options.archpath = std::string(path);
  return options;
}

}  // namespace bryo::kernel
