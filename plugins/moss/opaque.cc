#include "opaque.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace bryo::moss {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::int8_t kNone = -1;
constexpr auto kValues = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  values['-'] = values['+'];
  values['_'] = values['/'];
  return values;
}();

std::int8_t value_of(char c) noexcept { return kValues[static_cast<unsigned char>(c)]; }

std::string_view without_padding(std::string_view text) noexcept {
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return text;
}

}  // namespace

bool is_opaque(std::string_view text) noexcept {
  const auto digits = without_padding(text);
  if (digits.size() % 4 == 1) return false;
  if (digits.size() != text.size() && text.size() % 4 != 0) return false;
  return std::all_of(digits.begin(), digits.end(), [](char c) { return value_of(c) != kNone; });
}

std::string canonical_opaque(std::string_view text) {
  const auto digits = without_padding(text);
  std::string out;
  out.reserve(digits.size() + 3);
  for (const char c : digits) out.push_back(kAlphabet[static_cast<std::size_t>(value_of(c))]);
  // Bits of the last digit beyond the last whole byte mean nothing.
  if (const auto over = digits.size() % 4; over != 0) {
    const auto last = static_cast<std::size_t>(value_of(digits.back()));
    out.back() = kAlphabet[over == 2 ? last & 0x30 : last & 0x3C];
    out.append(4 - over, '=');
  }
  return out;
}

}  // namespace bryo::moss
