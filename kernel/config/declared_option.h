#pragma once

/// One declared key with its current value. Inside this folder; others hold OptionCells.

#include <kernel/config/option_value.h>
#include <kernel/config/toml_tree.h>

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace bryo::kernel {

using AnyOptionCell = std::variant<std::shared_ptr<OptionCell<bool>>, std::shared_ptr<OptionCell<std::int64_t>>,
                                   std::shared_ptr<OptionCell<double>>, std::shared_ptr<OptionCell<Size>>,
                                   std::shared_ptr<OptionCell<Duration>>, std::shared_ptr<OptionCell<std::string>>,
                                   std::shared_ptr<OptionCell<std::vector<std::string>>>>;

struct DeclaredOption {
  std::string section;
  std::string key;
  std::string doc;
  std::string api_name;
  OptionValue default_value;
  std::optional<OptionValue> min;
  std::optional<OptionValue> max;
  std::vector<std::string> choices;
  bool hot = false;
  bool seed = false;      ///< `[cluster.*]`: the file gives only the first value of what is stored and set by the API
  bool effective = true;  ///< false: kept and returned, but nothing in Bryo acts on it
  bool always_shown = true;  ///< false: in the API's document only once it is set
  bool superseded = false;   ///< a seed whose API name an option of a running plugin has
  AnyOptionCell cell;

  OptionValue value;                  ///< what the cell holds
  OptionValue in_file;                ///< what the file says, or the default
  std::string written;                ///< the TOML value in the file, references unresolved; empty: not in the file
  std::optional<OptionValue> by_api;  ///< set by the API, which wins over the file

  /// `[section] key`
  [[nodiscard]] std::string shown() const { return "[" + section + "] " + key; }
  /// `section.key`
  [[nodiscard]] std::string path() const { return section + "." + key; }
  void store(OptionValue next);
};

/// Whether a written value takes something from the environment or another file, and so may be a secret.
[[nodiscard]] bool has_reference(const std::string& written);

/// "1s to 1m0s", "at least 8", "one of a, b"; empty when anything of the type goes.
[[nodiscard]] std::string allowed_text(const DeclaredOption& option);

/// Range and choices. The sentence starts with the option and shows `written`.
Status check_value(const DeclaredOption& option, const OptionValue& value, const std::string& written);

/// A value from the file, checked.
struct WrittenValue {
  OptionValue value;
  std::string written;
};
Result<WrittenValue> read_value(const DeclaredOption& option, const toml::node& node, const std::string& directory);

}  // namespace bryo::kernel
