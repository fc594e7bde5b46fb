#pragma once

/// Markdown as the reference pages need it. Pure.

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// The place that a heading `text` gets on a rendered page: lower case, spaces as '-', no punctuation.
[[nodiscard]] std::string heading_anchor(std::string_view text);

/// `text` as code; empty stays empty, so that a cell without a value is blank.
[[nodiscard]] std::string code(std::string_view text);

/// `[text](target)`
[[nodiscard]] std::string link(std::string_view text, std::string_view target);

/// The items with ", " between them, each as code.
[[nodiscard]] std::string code_list(const std::vector<std::string>& items);

/// A table, a line of text for each row, so that a change of one row is a change of one line.
class MarkdownTable {
 public:
  explicit MarkdownTable(std::initializer_list<std::string_view> titles);
  /// As many cells as there are titles. What would end a cell or a row is escaped.
  void row(std::initializer_list<std::string_view> cells);
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

}  // namespace bryo::kernel
