#pragma once

/// Between toml++ and the rest of this folder; included by its .cc files only, so that toml++ is compiled rarely.

#include <kernel/config/config_document.h>

#include <toml++/toml.h>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

struct ConfigDocument::Tree {
  toml::table root;
};

/// What is wrong in a configuration, each with its place. Everything wrong is said at once.
class Problems {
 public:
  void add(const toml::source_region& at, std::string sentence);
  [[nodiscard]] bool empty() const noexcept { return problems_.empty(); }
  /// Success, or InvalidArgument with one `file:line: sentence` a line in the order of the files.
  [[nodiscard]] Status status() const;

 private:
  struct Problem {
    std::string file;
    std::size_t line;
    std::string sentence;
  };
  std::vector<Problem> problems_;
};

/// "an integer", "a table": what a message calls the type of a node.
[[nodiscard]] std::string_view node_type(const toml::node& node);

/// A key as messages show it: bare, or quoted if it holds anything strange.
[[nodiscard]] std::string shown_key(std::string_view key);

/// The table at a dotted path, or null.
[[nodiscard]] const toml::table* table_at(const ConfigDocument& document, std::string_view dotted_path);

/// The sentence for a key that nobody declared: the nearest one, or all if they are few.
[[nodiscard]] std::string unknown_key(std::string_view key, std::string_view section_shown,
                                      const std::vector<std::string>& known);

}  // namespace bryo::kernel
