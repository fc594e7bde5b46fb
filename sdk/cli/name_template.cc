#include "name_template.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace bryo::cli {
namespace {

constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kMaxNumber = std::numeric_limits<std::int64_t>::max();
/// Wider numbers give names that no bucket takes.
constexpr std::size_t kMaxWidth = 1024;

Error bad_template(std::string_view text, std::string_view why) {
  return {Errc::InvalidArgument, "invalid template \"" + std::string(text) + "\": " + std::string(why)};
}

/// Digits only.
std::optional<std::uint64_t> number_of(std::string_view digits) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || failure != std::errc() || end != digits.data() + digits.size() || number > kMaxNumber)
    return {};
  return number;
}

std::vector<std::string_view> split_dots(std::string_view inside) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto dots = inside.find("..");
    parts.push_back(inside.substr(0, dots));
    if (dots == std::string_view::npos) return parts;
    inside.remove_prefix(dots + 2);
  }
}

}  // namespace

Result<NameTemplate> NameTemplate::parse(std::string_view text) {
  const bool braces = text.find('{') != std::string_view::npos && text.find('}') != std::string_view::npos;
  const auto percent = std::count(text.begin(), text.end(), '%');
  auto parsed = [&]() -> Result<NameTemplate> {
    if (braces) return parse_braces(text);
    if (text.find('@') != std::string_view::npos) return parse_at(text);
    if (percent == 1) return parse_percent(text);
    NameTemplate prefix;
    prefix.prefix_ = text;
    return prefix;
  }();
  if (parsed) parsed->begin();
  return parsed;
}

Result<NameTemplate> NameTemplate::parse_braces(std::string_view text) {
  NameTemplate parsed;
  auto open = text.find('{');
  parsed.prefix_ = text.substr(0, open);
  while (open != std::string_view::npos) {
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) return bad_template(text, "a '{' without '}'");
    const auto parts = split_dots(text.substr(open + 1, close - open - 1));
    if (parts.size() < 2 || parts.size() > 3)
      return bad_template(text, "expected {FIRST..LAST} or {FIRST..LAST..STEP}");
    const auto first = number_of(parts[0]);
    const auto last = number_of(parts[1]);
    const auto step = parts.size() == 3 ? number_of(parts[2]) : 1;
    if (!first || !last || !step) return bad_template(text, "expected {FIRST..LAST..STEP}, all of them numbers from 0");
    if (*first > *last) return bad_template(text, "the range starts after its end");
    if (*step == 0) return bad_template(text, "a step of 0");
    open = text.find('{', close);
    parsed.ranges_.push_back(
        {*first, *last, *step, std::min(parts[0].size(), parts[1].size()),
         std::string(text.substr(close + 1, open == std::string_view::npos ? open : open - close - 1))});
  }
  return parsed;
}

Result<NameTemplate> NameTemplate::parse_at(std::string_view text) {
  NameTemplate parsed;
  auto at = text.find('@');
  parsed.prefix_ = text.substr(0, at);
  while (at != std::string_view::npos) {
    const auto end = std::min(text.find_first_not_of("0123456789", at + 1), text.size());
    const auto digits = text.substr(at + 1, end - at - 1);
    const auto last = number_of(digits);
    if (!last) return bad_template(text, "expected a number after '@', as in x-@0100");
    at = text.find('@', end);
    parsed.ranges_.push_back(
        {0, *last, 1, digits.size(), std::string(text.substr(end, at == std::string_view::npos ? at : at - end))});
  }
  return parsed;
}

Result<NameTemplate> NameTemplate::parse_percent(std::string_view text) {
  NameTemplate parsed;
  const auto percent = text.find('%');
  const auto letter = text.find('d', percent);
  if (letter == std::string_view::npos) return bad_template(text, "expected %d or %06d");
  const auto inside = text.substr(percent + 1, letter - percent - 1);
  std::uint64_t width = 0;
  if (!inside.empty()) {
    const auto number = inside.front() == '0' ? number_of(inside.substr(1)) : std::nullopt;
    if (!number) return bad_template(text, "expected %d or %06d");
    width = *number;
  }
  if (width > kMaxWidth) return bad_template(text, "a width over 1024");
  parsed.prefix_ = text.substr(0, percent);
  parsed.ranges_.push_back({0, kNoEnd, 1, static_cast<std::size_t>(width), std::string(text.substr(letter + 1))});
  return parsed;
}

std::optional<std::uint64_t> NameTemplate::count() const noexcept {
  std::uint64_t total = 1;
  for (const auto& range : ranges_) {
    if (range.last == kNoEnd) return {};
    const auto values = (range.last - range.first) / range.step + 1;
    if (total > kNoEnd / values) return {};
    total *= values;
  }
  return total;
}

void NameTemplate::begin() {
  for (const auto& range : ranges_) at_.push_back(range.first);
}

std::optional<std::string> NameTemplate::next() {
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
    auto& range = ranges_[i];
    if (range.last - at_[i] >= range.step) {
      at_[i] += range.step;
      ended_ = false;
      break;
    }
    at_[i] = range.first;
  }
  return name;
}

}  // namespace bryo::cli
