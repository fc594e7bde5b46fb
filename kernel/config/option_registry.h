#pragma once

/// Every configuration key of the node: declared once, checked once, printed from the same declaration.

#include <bryo/option.h>
#include <bryo/result.h>
#include <kernel/config/config_document.h>
#include <kernel/config/option_value.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bryo::kernel {

/// Which `[plugin.NAME]` sections a load looks at.
struct PluginSections {
  /// False before the plugins have declared their keys.
  bool check = true;
  /// Plugins that exist but declared nothing, because they are not enabled: their sections are accepted unread.
  std::vector<std::string> known{};
};

/// What a reload did, in sentences for the log.
struct ReloadReport {
  std::vector<std::string> applied{};        ///< `[plugin.moss] max_wait: "20s" -> "30s"`
  std::vector<std::string> needs_restart{};  ///< the same for keys that are not hot; they keep their value
  std::vector<std::string> overridden{};     ///< keys that changed in the file, but the API's value stands
};

/// An option as the API knows it. For each API name there is one.
struct ApiOption {
  std::string name;  ///< "log.level"
  OptionValue default_value;
  OptionValue in_file;       ///< the default if the file does not say
  bool seed = false;         ///< of the cluster configuration; false: of a plugin, where the file counts at each start
  bool always_shown = true;  ///< false: left out of documents while it has its default
  bool secret = false;       ///< taken from the environment or another file: left out of documents
};

/// An option as `bryo plugin show` and the reference pages print it.
struct OptionState {
  std::string key;
  std::string api_name;
  std::string doc;
  std::string type;     ///< one word: "duration"
  std::string allowed;  ///< "1s to 1m0s"; empty: anything of the type
  OptionValue value;
  OptionValue default_value;
  bool hot = false;
  bool secret = false;    ///< taken from the environment or another file: not to be shown
  bool seed = false;      ///< of the cluster configuration: the file gives only the first value
  bool effective = true;  ///< false: kept and returned, but nothing in Bryo acts on it
};

/// A section of the file with the keys that were declared for it, in that order.
struct SectionState {
  std::string name;  ///< "node.http"
  std::string doc;
  std::vector<OptionState> options;
};

struct ClusterKey;

/// Filled before the configuration is read. Thread-safe; reading an option's value is lock-free (OptionCell).
class OptionRegistry {
 public:
  OptionRegistry();
  ~OptionRegistry();

  /// Declares `[section] key`. Fails when the key is taken (Conflict), malformed, without documentation, or its default
  /// is outside its own range or choices (InvalidArgument). The cell holds the default until a load.
  template <class T>
  Result<std::shared_ptr<const OptionCell<T>>> add(std::string_view section, OptionSpec<T> spec);

  /// The sentence that stands above a section in `print` and the reference page.
  void describe(std::string_view section, std::string doc);
  [[nodiscard]] bool has_section(std::string_view section) const;
  /// A table that another part of the node reads and checks: "cluster", "node.mountpath".
  void set_aside(std::string_view path);
  /// Takes back what a plugin declared, when its declaration failed as a whole. Cells live on for who holds them.
  void remove(std::string_view section);

  /// Gives every declared key its value from `document`, or its default. Nothing changes unless everything is right.
  /// Fails with InvalidArgument: `file:line: ...` a line for each unknown key (with the nearest known one), wrong type
  /// or value out of range.
  Status load(const ConfigDocument& document, const PluginSections& plugins = {});
  /// The same for a file with its conf.d, and for text; `name` stands for the file in messages.
  Status load_file(const std::string& file);
  Status load_text(std::string_view toml, std::string name);
  /// Like load, but only hot keys take their new value. A key set by the API keeps that.
  Result<ReloadReport> reload(const ConfigDocument& document, const PluginSections& plugins = {});

  /// Declares a key of `[cluster.*]`. An option of a plugin with the same API name (`[plugin.moss] max_wait` is
  /// "get_batch.max_wait") takes its place as long as it is declared.
  Status add_cluster_key(const ClusterKey& key);

  /// The options of a section, in the order of declaration.
  [[nodiscard]] std::vector<OptionState> section(std::string_view section) const;
  /// Every option with an API name.
  [[nodiscard]] std::vector<ApiOption> api_options() const;
  /// Reads `text` as a value of the option with this API name. Fails with NotFound and `unknown property "NAME"`, or
  /// InvalidArgument: not of the type, `invalid NAME=VALUE (must be in range [..])`, and, unless the node is only
  /// starting, when the option cannot change while it runs.
  enum class ApiCheck : std::uint8_t { Running, Starting };
  [[nodiscard]] Result<OptionValue> check_api(std::string_view api_name, std::string_view text, ApiCheck when) const;
  /// From now on these names have these values, whatever the file says; all other names follow the file again.
  void apply_api(const std::map<std::string, OptionValue>& values);

  /// A sentence for each key that the file sets and that has no effect in Bryo (`--check-config`).
  [[nodiscard]] std::vector<std::string> written_without_effect() const;

  /// Every declared key as commented TOML, with default, range and meaning, in the order of declaration. Keys at their
  /// default are comments. Loading this text gives the same values; references are kept, secrets are not shown.
  [[nodiscard]] std::string print() const;
  /// Every section that has keys, for the reference page.
  [[nodiscard]] std::vector<SectionState> sections() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bryo::kernel
