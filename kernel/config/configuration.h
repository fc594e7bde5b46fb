#pragma once

/// The configuration of the process from one file or directory: what main needs of this folder.

#include <kernel/config/cluster_config.h>
#include <kernel/config/config_document.h>
#include <kernel/config/node_config.h>
#include <kernel/config/option_registry.h>

#include <memory>
#include <string>
#include <vector>

namespace bryo::kernel {

/// In this order: `open`; plugins are loaded as `node()` says and declare their keys in `options()`; `load_plugins`;
/// ClusterConfig::start. Not thread-safe, but for `options()`.
class Configuration {
 public:
  /// Where it comes from: the file, and over it what the command line says. Without any: all defaults.
  struct Source {
    std::string file{};       ///< `--config`
    std::string directory{};  ///< `--dir`: node.data_dir
    std::string listen{};     ///< `--listen`: node.listen.public
  };

  /// Reads and checks everything but the sections of plugins. Fails with InvalidArgument: `file:line: ...` lines.
  static Result<std::unique_ptr<Configuration>> open(Source source);

  /// Reads and checks the sections of the plugins that declared keys. `known`: names of all plugins that were found, so
  /// that a section of one that is not enabled is no error.
  Status load_plugins(std::vector<std::string> known);

  /// Reads the source again: hot keys take their new value. Nothing changes unless everything is right.
  Result<ReloadReport> reload();

  [[nodiscard]] OptionRegistry& options() noexcept { return options_; }
  [[nodiscard]] const NodeOptions& node_options() const noexcept { return node_options_; }
  [[nodiscard]] const NodeConfig& node() const noexcept { return node_; }

  /// `--print-config`: a file that means the same, with every key, its default, range and meaning.
  [[nodiscard]] std::string print() const;
  /// `--check-config`: a sentence for each written key that Bryo keeps but does not act on.
  [[nodiscard]] std::vector<std::string> remarks() const { return options_.written_without_effect(); }

 private:
  Configuration() = default;
  [[nodiscard]] static Result<ConfigDocument> read(const Source& source);
  [[nodiscard]] std::string unread_plugin_sections() const;

  Source source_;
  OptionRegistry options_;
  NodeOptions node_options_;
  ConfigDocument document_;
  NodeConfig node_;
  PluginSections plugins_{.check = false};
};

}  // namespace bryo::kernel
