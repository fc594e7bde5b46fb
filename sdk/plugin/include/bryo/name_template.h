#pragma once

/// Names made of ranges (jobs.md section 4.1, get-batch.md section 13).

#include <bryo/result.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bryo {

/// A prefix and ranges of numbers, each followed by text. The last range runs fastest. Three ways to write it:
/// `x-{0001..0009..2}-{1..2}` (width of the shorter end; step 1 if left out), `x-@100` (0 to 100 inclusive),
/// `x-%06d` (from 0, without end). A value; iterating needs no memory.
class NameTemplate {
 public:
  /// Fails with the wire's 400 (errTemplateInvalid, NumError). A text without any range is a prefix: `ranges()` is 0.
  static Result<NameTemplate> parse(std::string_view text);

  [[nodiscard]] std::size_t ranges() const noexcept { return ranges_.size(); }
  [[nodiscard]] const std::string& prefix() const noexcept { return prefix_; }
  /// Names that `next` will give in all, while 63 bits hold that; nothing = without end, or more.
  [[nodiscard]] std::optional<std::uint64_t> count() const noexcept;
  /// The next name; nothing after the last.
  std::optional<std::string> next();

 private:
  static constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();
  static constexpr std::uint64_t kMaxNumber = std::numeric_limits<std::int64_t>::max();
  /// Wider numbers give names that no bucket takes.
  static constexpr std::int64_t kMaxWidth = 1024;

  struct Range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint64_t step = 1;
    std::size_t width = 0;
    std::string after;
  };
  static Error invalid(std::string_view style, std::string_view text, std::string_view why);
  static Result<std::int64_t> number_of(std::string_view digits);
  static Result<Range> range_of(std::string_view text, std::string_view inside);
  static Result<NameTemplate> parse_braces(std::string_view text);
  static Result<NameTemplate> parse_at(std::string_view text);
  static Result<NameTemplate> parse_percent(std::string_view text);

  std::string prefix_;
  std::vector<Range> ranges_;
  std::vector<std::uint64_t> at_;
  bool ended_ = false;
};

inline Result<NameTemplate> NameTemplate::parse(std::string_view text) {
  const auto styled = [&]() -> Result<NameTemplate> {
    if (text.find('{') != std::string_view::npos && text.find('}') != std::string_view::npos) return parse_braces(text);
    if (text.find('@') != std::string_view::npos) return parse_at(text);
    if (std::count(text.begin(), text.end(), '%') == 1) return parse_percent(text);
    NameTemplate prefix;
    prefix.prefix_ = text;
    return prefix;
  };
  BRYO_TRY(parsed, styled());
  for (const Range& range : parsed.ranges_) parsed.at_.push_back(range.first);
  return parsed;
}

inline Error NameTemplate::invalid(std::string_view style, std::string_view text, std::string_view why) {
  return Error(
      Errc::InvalidArgument,
      "invalid '" + std::string(style) + "' template \"" + std::string(text.substr(0, 300)) + "\": " + std::string(why),
      "errTemplateInvalid");
}

/// As Go's strconv.ParseInt, whose words clients of the reference see.
inline Result<std::int64_t> NameTemplate::number_of(std::string_view digits) {
  const std::string_view bare = digits.substr(digits.starts_with('+') && !digits.starts_with("+-") ? 1 : 0);
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(bare.data(), bare.data() + bare.size(), number);
  const bool whole = end == bare.data() + bare.size();
  if (failure == std::errc() && whole) return number;
  return Error(Errc::InvalidArgument,
               "strconv.ParseInt: parsing \"" + std::string(digits.substr(0, 80)) + "\": " +
                   (failure == std::errc::result_out_of_range && whole ? "value out of range" : "invalid syntax"),
               "NumError");
}

inline Result<NameTemplate::Range> NameTemplate::range_of(std::string_view text, std::string_view inside) {
  std::vector<std::string_view> parts;
  for (std::size_t dots = 0; dots != std::string_view::npos;) {
    dots = inside.find("..");
    parts.push_back(inside.substr(0, dots));
    if (dots != std::string_view::npos) inside.remove_prefix(dots + 2);
  }
  if (parts.size() < 2 || parts.size() > 3) {
    return invalid("bash", text, "expecting {first..last} or {first..last..step}");
  }
  BRYO_TRY(first, number_of(parts[0]));
  BRYO_TRY(last, number_of(parts[1]));
  BRYO_TRY(step, number_of(parts.size() == 3 ? parts[2] : "1"));
  if (first > last) return invalid("bash", text, "'start' cannot be greater than 'end'");
  if (first < 0) return invalid("bash", text, "'start' is negative");
  if (step <= 0) return invalid("bash", text, "'step' is non-positive");
  return Range{static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(last), static_cast<std::uint64_t>(step),
               std::min(parts[0].size(), parts[1].size()), std::string()};
}

inline Result<NameTemplate> NameTemplate::parse_braces(std::string_view text) {
  NameTemplate parsed;
  parsed.prefix_ = text.substr(0, text.find('{'));
  for (std::string_view rest = text; rest.find('{') != std::string_view::npos;) {
    const auto open = rest.find('{');
    const auto close = rest.find('}');
    if (close == std::string_view::npos) return invalid("bash", text, "a '{' without '}'");
    if (close < open) return invalid("bash", text, "a '}' before its '{'");
    BRYO_TRY(range, range_of(text, rest.substr(open + 1, close - open - 1)));
    rest.remove_prefix(close + 1);
    range.after = rest.substr(0, rest.find('{'));
    parsed.ranges_.push_back(std::move(range));
  }
  return parsed;
}

inline Result<NameTemplate> NameTemplate::parse_at(std::string_view text) {
  NameTemplate parsed;
  auto at = text.find('@');
  parsed.prefix_ = text.substr(0, at);
  while (at != std::string_view::npos) {
    const auto end = std::min(text.find_first_not_of("0123456789", at + 1), text.size());
    const auto digits = text.substr(at + 1, end - at - 1);
    BRYO_TRY(last, number_of(digits));
    at = text.find('@', end);
    parsed.ranges_.push_back({0, static_cast<std::uint64_t>(last), 1, digits.size(),
                              std::string(text.substr(end, at == std::string_view::npos ? at : at - end))});
  }
  return parsed;
}

inline Result<NameTemplate> NameTemplate::parse_percent(std::string_view text) {
  NameTemplate parsed;
  const auto percent = text.find('%');
  const auto letter = text.find('d', percent);
  if (letter == std::string_view::npos) return invalid("fmt", text, "expecting %d or %06d");
  const auto inside = text.substr(percent + 1, letter - percent - 1);
  std::int64_t width = 0;
  if (!inside.empty()) {
    if (inside.size() < 2 || inside.front() != '0') return invalid("fmt", text, "expecting %d or %06d");
    BRYO_TRY(number, number_of(inside.substr(1)));
    width = number;
  }
  if (width < 0 || width > kMaxWidth) return invalid("fmt", text, "a width over 1024");
  parsed.prefix_ = text.substr(0, percent);
  parsed.ranges_.push_back({0, kNoEnd, 1, static_cast<std::size_t>(width), std::string(text.substr(letter + 1))});
  return parsed;
}

inline std::optional<std::uint64_t> NameTemplate::count() const noexcept {
  std::uint64_t total = 1;
  for (const Range& range : ranges_) {
    if (range.last == kNoEnd) return {};
    const auto values = (range.last - range.first) / range.step + 1;
    if (total > kMaxNumber / values) return {};
    total *= values;
  }
  return total;
}

inline std::optional<std::string> NameTemplate::next() {
  if (ended_) return {};
  std::string name = prefix_;
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    const auto number = std::to_string(at_[i]);
    name.append(ranges_[i].width > number.size() ? ranges_[i].width - number.size() : 0, '0');
    name.append(number).append(ranges_[i].after);
  }
  // Like an odometer: the last range advances, and carries when it is through.
  ended_ = true;
  for (std::size_t i = ranges_.size(); i-- > 0;) {
    const Range& range = ranges_[i];
    if (range.last - at_[i] >= range.step) {
      at_[i] += range.step;
      ended_ = false;
      break;
    }
    at_[i] = range.first;
  }
  return name;
}

}  // namespace bryo
