#pragma once

/// Every configuration key of the node: declared once, checked once, printed from the same declaration.

#include <bryo/option.h>
#include <bryo/result.h>
#include <kernel/config/config_document.h>
#include <nlohmann/json_fwd.hpp>

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
};

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

  /// The API's name and value of every option that has one: the part of the cluster configuration that lives here.
  [[nodiscard]] std::vector<std::pair<std::string, nlohmann::json>> api_values() const;
  [[nodiscard]] bool has_api_name(std::string_view api_name) const;
  /// Where an option with this API name is configured, `[plugin.moss] max_wait`; empty: nowhere.
  [[nodiscard]] std::string place_of(std::string_view api_name) const;
  /// Sets one by its API name. Fails with NotFound for a name that no option has, InvalidArgument with
  /// `invalid NAME=VALUE (must be in range [..])` or when the key is not hot.
  Status set_by_api(std::string_view api_name, std::string_view text);
  /// The same without the refusal of cold keys: for what is restored at the start.
  Status restore_by_api(std::string_view api_name, std::string_view text);
  /// Back to the file's value.
  void forget_api_values();

  /// Every declared key as commented TOML, with default, range and meaning, in the order of declaration. Keys at their
  /// default are comments. Loading this text gives the same values; references are kept, secrets are not shown.
  [[nodiscard]] std::string print() const;
  /// The same as a page of Markdown tables.
  [[nodiscard]] std::string reference_page() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bryo::kernel
