#pragma once

/// What one node must know about itself: `[node]`, `[node.*]`, `[meta_store]`, `[plugins]` (config-and-cli.md section
/// 7).

#include <bryo/option.h>
#include <bryo/result.h>
#include <kernel/config/config_document.h>
#include <kernel/config/option_registry.h>
#include <kernel/store/object_store.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// A socket address to listen on; port 0 lets the system choose.
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
  /// `host:port`, with brackets around an IPv6 address.
  [[nodiscard]] std::string text() const;
};

/// "127.0.0.1:8080", "[::1]:0", "localhost:8080". Fails with InvalidArgument.
Result<ListenAddress> parse_listen_address(std::string_view text);

/// Every kernel key, declared. Hot ones are read through their handle, so that a reload reaches them.
struct NodeOptions {
  static Result<NodeOptions> declare(OptionRegistry& registry);

  Option<std::string> id, data_dir, durability, log_to;
  Option<std::vector<std::string>> roles;
  Option<std::string> listen_public, listen_intra_control, listen_intra_data;
  Option<std::int64_t> event_loops, blocking_threads;
  Option<Size> max_header;                                                                   ///< hot
  Option<std::int64_t> max_connections;                                                      ///< hot
  Option<Duration> header_timeout, idle_timeout, body_timeout, send_timeout, drain_timeout;  ///< hot
  Option<Size> sendfile_threshold;                                                           ///< hot
  Option<Size> memory_budget;  ///< hot; 0 = a quarter of the machine's
  Option<std::string> spool_dir;
  Option<std::int64_t> open_files, upload_limit;
  Option<Size> listing_cache;
  Option<Duration> upload_age;
  Option<Size> shard_index_cache;  ///< hot
  Option<Size> shard_index_max;    ///< hot
  Option<Size> shard_index_disk;   ///< hot
  Option<std::string> meta_store_kind;
  Option<std::vector<std::string>> meta_store_endpoints;
  Option<std::string> plugin_dir, plugin_on_error;
  Option<std::vector<std::string>> plugin_extra_dirs, plugins_enabled, plugin_sha256;
};

/// The same, resolved and checked against each other: what the parts of the node are built from.
struct NodeConfig {
  /// From what a load of the registry set. Fails with InvalidArgument and `file:line: ...`.
  static Result<NodeConfig> from(const NodeOptions& options, const ConfigDocument& document);

  std::string id;  ///< empty: made at the first start
  bool gateway = true;
  bool target = true;
  std::string data_dir;  ///< absolute
  StoreConfig store;     ///< mountpaths are absolute; `data_dir/mp0` if none was given
  ListenAddress listen_public;
  ListenAddress listen_intra_control;  ///< same as public unless given
  ListenAddress listen_intra_data;     ///< same as public unless given
  std::string spool_dir;               ///< absolute
  bool log_to_files = false;           ///< in `log_dir()`
  unsigned event_loops = 1;            ///< resolved: never 0
  unsigned blocking_threads = 1;       ///< resolved: never 0
  std::string meta_store_kind;
  std::vector<std::string> meta_store_endpoints;
  std::string plugin_dir;  ///< empty: ../lib/bryo/plugins from the executable
  std::vector<std::string> plugin_extra_dirs;
  std::vector<std::string> plugins_enabled;
  std::vector<std::string> plugin_sha256;  ///< "NAME=HEX"
  bool skip_refused_plugins = false;

  [[nodiscard]] std::string log_dir() const { return data_dir + "/log"; }

  /// Whether another version of the file gives other mountpaths, which needs a restart. Fails like `from`.
  [[nodiscard]] Result<bool> mountpaths_differ(const ConfigDocument& document) const;

  /// What `[[node.mountpath]]` is, for the operator.
  static constexpr const char* kMountpathDoc =
      "Directories for objects, one for each disk, with an optional label. None: data_dir/mp0. A change needs a "
      "restart.";
  /// `[[node.mountpath]]` as TOML, for --print-config; comments only if none was given.
  [[nodiscard]] static std::string print_mountpaths(const ConfigDocument& document);
};

/// `--dir D`: a document that says `node.data_dir = "D"`, made absolute. Fails with InvalidArgument when the name is
/// not UTF-8.
Result<ConfigDocument> document_for_directory(const std::string& directory);

/// `bytes`, or for 0 a quarter of the memory that this process may use (its control group's limit counts).
[[nodiscard]] std::uint64_t resolve_memory_budget(Size bytes);

}  // namespace bryo::kernel
