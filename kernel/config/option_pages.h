#pragma once

/// The declared options for people, as a commented configuration file. Pure.

#include <kernel/config/declared_option.h>

#include <string>
#include <vector>

namespace bryo::kernel {

/// The options of one table, in the order of their declaration.
struct OptionSection {
  std::string name;
  std::string doc;
  std::vector<const DeclaredOption*> options;
};

/// `text` as lines of a TOML comment, at most 110 columns.
[[nodiscard]] std::string toml_comment(const std::string& text);
[[nodiscard]] std::string options_as_toml(const std::vector<OptionSection>& sections);

}  // namespace bryo::kernel
