#include <kernel/config/configuration.h>
#include <kernel/config/option_value.h>
#include <kernel/config/references.h>
#include <kernel/config/toml_tree.h>

#include <sstream>
#include <utility>

namespace bryo::kernel {

Result<ConfigDocument> Configuration::read(const Source& source) {
  ConfigDocument document;
  if (!source.file.empty()) {
    BRYO_TRY(from_file, ConfigDocument::read(source.file));
    document = std::move(from_file);
  }
  if (!source.directory.empty()) {
    BRYO_TRY(directory, document_for_directory(source.directory));
    document.overlay(std::move(directory));
  }
  if (!source.listen.empty()) {
    BRYO_TRY(listen, ConfigDocument::parse("node.listen.public = " + toml_quoted(escape_references(source.listen)),
                                           "--listen"));
    document.overlay(std::move(listen));
  }
  return document;
}

Result<std::unique_ptr<Configuration>> Configuration::open(Source source) {
  std::unique_ptr<Configuration> out(new Configuration());
  out->source_ = std::move(source);
  BRYO_TRY(node_options, NodeOptions::declare(out->options_));
  out->node_options_ = std::move(node_options);
  BRYO_CHECK(ClusterConfig::declare(out->options_));
  BRYO_TRY(document, read(out->source_));
  out->document_ = std::move(document);
  BRYO_CHECK(out->options_.load(out->document_, out->plugins_));
  BRYO_TRY(node, NodeConfig::from(out->node_options_, out->document_));
  out->node_ = std::move(node);
  return out;
}

Status Configuration::load_plugins(std::vector<std::string> known) {
  plugins_ = {.check = true, .known = std::move(known)};
  return options_.load(document_, plugins_);
}

Result<ReloadReport> Configuration::reload() {
  BRYO_TRY(document, read(source_));
  BRYO_TRY(moved, node_.mountpaths_differ(document));
  BRYO_TRY(report, options_.reload(document, plugins_));
  if (moved) report.needs_restart.emplace_back("[[node.mountpath]]");
  document_ = std::move(document);
  return report;
}

std::string Configuration::unread_plugin_sections() const {
  std::string out;
  const auto* plugins = table_at(document_, "plugin");
  if (plugins == nullptr) return out;
  for (auto&& [name, node] : *plugins) {
    const std::string section = "plugin." + std::string(name.str());
    if (!node.is_table() || options_.has_section(section)) continue;
    std::ostringstream text;
    text << toml::table{{"plugin", toml::table{{name, *node.as_table()}}}};
    out += "\n# Plugin '" + std::string(name.str()) + "' is not enabled; its section is kept unread.\n" + text.str() +
           "\n";
  }
  return out;
}

std::string Configuration::print() const {
  std::string out = "# Configuration of bryod. Keys at their default are comments.\n";
  if (!source_.file.empty()) out += "# Relative paths start at the directory of " + toml_quoted(source_.file) + ".\n";
  return out + "\n" + options_.print() + "\n" + NodeConfig::print_mountpaths(document_) + unread_plugin_sections();
}

}  // namespace bryo::kernel
