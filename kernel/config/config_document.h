#pragma once

/// The configuration as it is written: files merged, with the place of every key. What the keys mean is the business of
/// OptionRegistry, NodeConfig and ClusterConfig.

#include <bryo/result.h>

#include <memory>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// A resource: movable only, since the places would be lost by a copy.
class ConfigDocument {
 public:
  /// An empty document.
  ConfigDocument();
  ConfigDocument(ConfigDocument&&) noexcept;
  ConfigDocument& operator=(ConfigDocument&&) noexcept;
  ~ConfigDocument();

  /// Reads `file` and `conf.d/*.toml` beside it in alphabetical order; later files win, key by key; a list is replaced
  /// as a whole. Fails with InvalidArgument: `file:line: ...`, or the file that cannot be read and why.
  static Result<ConfigDocument> read(const std::string& file);
  /// The same for text; `name` stands for the file in messages.
  static Result<ConfigDocument> parse(std::string_view toml, std::string name);

  /// Lays `other` over this: its keys win.
  void overlay(ConfigDocument other);

  /// Where relative paths of the file start: its own directory; of text, the working directory.
  [[nodiscard]] const std::string& directory() const noexcept { return directory_; }

  struct Tree;  ///< toml_tree.h
  [[nodiscard]] const Tree& tree() const noexcept { return *tree_; }

 private:
  std::unique_ptr<Tree> tree_;
  std::string directory_ = ".";
};

}  // namespace bryo::kernel
