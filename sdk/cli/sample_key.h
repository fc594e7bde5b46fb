#pragma once

#include <cstdint>
#include <memory>
#include <regex>
#include <string>
#include <string_view>

#include "command.h"

namespace bryo::cli {

/// Which files are one sample: those with the same key. A value; thread-safe.
class SampleKey {
 public:
  /// "name": folder and name up to the first dot, as WebDataset ("full_name" of the reference's ishard). "base": the
  /// same without the folder, so that a/1.jpg and b/1.xml are one sample ("base_file_name"). "collapse_all_dir": as
  /// name, without the '/'. Anything else is a regular expression (ECMAScript) whose first group is the key; a name
  /// that it does not match is its own sample. Fails with a usage error.
  static Result<SampleKey> parse(std::string_view text);

  [[nodiscard]] std::string of(std::string_view name) const;

 private:
  enum class Rule : std::uint8_t { Name, Base, NameWithoutSlashes, Pattern };

  Rule rule_ = Rule::Name;
  std::shared_ptr<const std::regex> pattern_;  ///< of Rule::Pattern
};

}  // namespace bryo::cli
