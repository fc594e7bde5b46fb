#include <kernel/config/log_settings.h>
#include <kernel/config/value_text.h>

#include <nlohmann/json.hpp>

namespace bryo::kernel {

LogSettings log_settings(const NodeConfig& node, const ClusterConfig& cluster) {
  const auto document = cluster.document(ConfigScope::Node);
  const auto& log = document->at("log");
  const auto bytes = [&](const char* key, std::uint64_t otherwise) {
    const auto size = parse_size(log.at(key).get<std::string>());
    return size ? size->bytes : otherwise;
  };
  LogSettings out;
  out.level = level_of_verbosity(static_cast<int>(*parse_integer(log.at("level").get<std::string>())));
  out.format = log.value("format", "text") == "json" ? LogFormat::Json : LogFormat::Text;
  if (node.log_to_files) {
    out.directory = node.log_dir();
    out.to_stderr = log.at("to_stderr").get<bool>();
  }
  out.max_size = bytes("max_size", out.max_size);
  out.max_total = bytes("max_total", out.max_total);
  return out;
}

}  // namespace bryo::kernel
