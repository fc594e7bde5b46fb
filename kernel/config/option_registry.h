#pragma once

/// Every configuration key of the node: declared once, checked once, printed from the same declaration.

#include <bryo/option.h>
#include <bryo/result.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// Filled before the configuration is read; reading options afterwards is lock-free (OptionCell).
class OptionRegistry {
 public:
  OptionRegistry();
  ~OptionRegistry();

  /// Declares `[section] key`. Fails when the key is taken, malformed or has no documentation.
  template <class T>
  Result<std::shared_ptr<const OptionCell<T>>> add(std::string_view section, OptionSpec<T> spec);

  /// Reads TOML files in order, later ones win. An unknown key, a wrong type or a value out of range fails with
  /// `file:line: ...`, what is allowed, and the nearest known key.
  Status load(const std::vector<std::string>& files);
  /// The same for text (tests, `--dir`); `name` stands for the file in messages.
  Status load_text(std::string_view toml, std::string_view name);
  /// Rereads; hot options take their new values, changed cold ones are listed in the answer ("needs a restart").
  Result<std::vector<std::string>> reload();

  /// The effective configuration as commented TOML: every key with default, range and meaning.
  [[nodiscard]] std::string print() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bryo::kernel
