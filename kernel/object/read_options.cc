#include <kernel/object/read_options.h>

#include <kernel/wire/api_names.h>

#include <utility>

namespace bryo::kernel {

Result<ReadOptions> parse_read_options(const Query& query, std::string_view object) {
  ReadOptions options;
  std::string_view mode;
  std::string_view match;
  for (const auto& [key, value] : query.items()) {
    if (key == wire::kQueryArchPath) {
      options.archpath = value;
    } else if (key == wire::kQueryArchMode) {
      mode = value;
    } else if (key == wire::kQueryArchRegx) {
      match = value;
    } else if (key == wire::kQueryArchMime) {
      options.archmime = value;
    } else if ((key == wire::kQueryEtlName || key == wire::kQueryEtlPipeline) && !value.empty()) {
      return Error(Errc::Unsupported, "cannot use ETL in a build without ETL support - operation not supported",
                   wire::kErrUnsupported);
    }
  }
  if (!mode.empty()) {
    BRYO_TRY(parsed, MemberMatch::parse(mode, match));
    if (!options.archpath.empty()) {
      return Error(Errc::InvalidArgument, "dpq: '" + std::string(wire::kQueryArchPath) + "=" +
                                              options.archpath.substr(0, 120) +
                                              "', err: dpq: archpath=\"archpath\" (match one) and "
                                              "archregx=\"archregx\" (match many) are mutually exclusive");
    }
    options.match = std::move(parsed);
  }
  options.archpath = member_path(options.archpath, object);
  return options;
}

std::string member_path(std::string_view archpath, std::string_view object) {
  if (archpath.size() > object.size() && archpath.starts_with(object) && archpath[object.size()] == '/') {
    archpath.remove_prefix(object.size());
  }
  const auto begin = archpath.find_first_not_of('/');
  return std::string(archpath.substr(begin == std::string_view::npos ? 0 : begin));
}

}  // namespace bryo::kernel
