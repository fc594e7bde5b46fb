#pragma once

/// Names made of ranges (get-batch.md section 13).

#include <bryo/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::cli {

/// A prefix and ranges of numbers, each followed by text. The last range runs fastest. Three ways to write it:
/// `x-{0001..0009..2}-{1..2}` (width of the shorter end; step 1 if left out), `x-@100` (0 to 100 inclusive),
/// `x-%06d` (from 0, without end). A value; iterating needs no memory.
class NameTemplate {
 public:
  /// Fails naming `text` and what is wrong with it. A text without any range is a prefix: `ranges()` is 0.
  static Result<NameTemplate> parse(std::string_view text);

  [[nodiscard]] std::size_t ranges() const noexcept { return ranges_.size(); }
  /// Names that `next` will give in all; nothing = without end.
  [[nodiscard]] std::optional<std::uint64_t> count() const noexcept;
  /// The next name; nothing after the last.
  std::optional<std::string> next();

 private:
  struct Range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint64_t step = 1;
    std::size_t width = 0;
    std::string after;
  };
  static Result<NameTemplate> parse_braces(std::string_view text);
  static Result<NameTemplate> parse_at(std::string_view text);
  static Result<NameTemplate> parse_percent(std::string_view text);
  void begin();

  std::string prefix_;
  std::vector<Range> ranges_;
  std::vector<std::uint64_t> at_;
  bool ended_ = false;
};

}  // namespace bryo::cli
