#pragma once

/// Which sample goes into which shards, from outside (dsort.md sections 2 and 3: EKM).

#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "command.h"

namespace bryo::cli {

/// Immutable; thread-safe.
class ExternalKeyMap {
 public:
  /// A JSON object {TEMPLATE: [REGEX, ...]}, or lines `REGEX<tab>TEMPLATE`. Regular expressions are ECMAScript's and
  /// match anywhere in a key. Fails naming the line or template.
  static Result<ExternalKeyMap> parse(std::string_view text);

  /// The templates in the order written, each once.
  [[nodiscard]] const std::vector<std::string>& templates() const noexcept { return templates_; }
  /// The place in `templates` of the one whose expressions match `key`; nothing = none does. Fails if those of several
  /// templates do.
  [[nodiscard]] Result<std::optional<std::size_t>> place_of(const std::string& key) const;

 private:
  struct Rule {
    std::regex pattern;
    std::size_t place;
  };
  Status add(std::string_view pattern, std::string_view shards, std::string_view where);
  Status read_json(std::string_view text);
  Status read_lines(std::string_view text);

  std::vector<std::string> templates_;
  std::vector<Rule> rules_;
};

}  // namespace bryo::cli
