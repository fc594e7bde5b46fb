#pragma once

/// Fields of a text record, separated by single spaces.

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// Cuts the text before the next space, and the space, off `rest`.
inline std::string_view next_field(std::string_view& rest) {
  const std::size_t space = rest.find(' ');
  const std::string_view field = rest.substr(0, space);
  rest = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
  return field;
}

/// The number that is the whole of `text`; nullopt when it is none.
template <class Integer>
std::optional<Integer> parse_number(std::string_view text, int base = 10) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class Integer>
void append_number(std::string& out, Integer value, int base = 10) {
  std::array<char, 72> digits;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr);
}

}  // namespace bryo::kernel
