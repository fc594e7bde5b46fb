#pragma once

/// One node: every part of the kernel in the order in which it is built, started and torn down.

#include <bryo/result.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace bryo::kernel {

/// What the command line says; it wins over the configuration file.
struct CommandLine {
  std::string config_file;
  std::string dir;
  std::string listen;
  bool safe_mode = false;         ///< only in-tree plugins
  bool show_all_plugins = false;  ///< also those that are not enabled; for `print_config` and `write_reference`
};

/// Not thread-safe: made, started, reloaded and stopped by the main thread.
class Node {
 public:
  /// Reads and checks the configuration, loads the enabled plugins and lets them declare what they contribute. Touches
  /// no data. Fails with the sentence for the operator.
  static Result<std::unique_ptr<Node>> create(const CommandLine& options);
  ~Node();

  /// The effective configuration as commented TOML, with the sections of all plugins found.
  [[nodiscard]] std::string print_config() const;
  /// Writes pages of every option, metric and route, and of all plugins found, into a directory that exists: all
  /// pages or none.
  [[nodiscard]] Status write_reference(const std::string& directory) const;
  /// What is valid but without effect, for --check-config.
  [[nodiscard]] std::vector<std::string> remarks() const;

  /// Opens meta store and mountpaths, starts plugins, opens the listeners last.
  Status start();
  /// The address that clients use. After `start`.
  [[nodiscard]] std::string url() const;
  /// Rereads the configuration: hot options change, for others the log says what needs a restart. Never fails the node.
  void reload();
  /// The longest that `stop` takes: `node.http.drain_timeout`, and what the rest needs to end.
  [[nodiscard]] std::chrono::milliseconds stop_limit() const;
  /// The reverse of `start`: finishes running requests up to a deadline. Also after a failed `start`.
  void stop();

 private:
  struct Parts;
  explicit Node(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace bryo::kernel
