#include <kernel/config/value_text.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace bryo::kernel {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array kDurationUnits = {
    // Longest first where one name begins another ("ms" before "m").
    Unit{"ns", 1},         Unit{"us", 1'000},  Unit{"\xC2\xB5s", 1'000}, Unit{"\xCE\xBCs", 1'000},
    Unit{"ms", 1'000'000}, Unit{"s", kSecond}, Unit{"m", kMinute},       Unit{"h", kHour},
};

constexpr std::array kSizeUnits = {
    Unit{"kib", 1ull << 10},
    Unit{"mib", 1ull << 20},
    Unit{"gib", 1ull << 30},
    Unit{"tib", 1ull << 40},
    Unit{"pib", 1ull << 50},
    Unit{"kb", 1'000},
    Unit{"mb", 1'000'000},
    Unit{"gb", 1'000'000'000},
    Unit{"tb", 1'000'000'000'000},
    Unit{"pb", 1'000'000'000'000'000},
    Unit{"k", 1'000},
    Unit{"m", 1'000'000},
    Unit{"g", 1'000'000'000},
    Unit{"t", 1'000'000'000'000},
    Unit{"b", 1},
    Unit{"", 1},
};

/// "12", "12.5", ".5" at the start of `text`, as whole and fraction; takes it off. Nothing if there is none.
struct Decimal {
  std::uint64_t whole = 0;
  long double fraction = 0;
};

std::optional<Decimal> take_decimal(std::string_view& text) {
  Decimal out;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::size_t digits =
      static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
  if (digits > 0) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, out.whole);
    if (error != std::errc{}) return std::nullopt;
  }
  text.remove_prefix(digits);
  std::size_t decimals = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    long double weight = 1;
    while (decimals < text.size() && is_digit(text[decimals])) {
      weight /= 10;
      out.fraction += weight * static_cast<long double>(text[decimals] - '0');
      ++decimals;
    }
    text.remove_prefix(decimals);
  }
  if (digits + decimals == 0) return std::nullopt;
  return out;
}

/// number * factor, unless it exceeds `limit`.
std::optional<std::uint64_t> scaled(const Decimal& number, std::uint64_t factor, std::uint64_t limit) {
  if (number.whole > limit / factor) return std::nullopt;
  const std::uint64_t whole = number.whole * factor;
  const auto part = static_cast<std::uint64_t>(std::floor(number.fraction * static_cast<long double>(factor) + 0.5L));
  if (part > limit - whole) return std::nullopt;
  return whole + part;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  const auto bad = [&]() {
    return Error(Errc::InvalidArgument,
                 "\"" + std::string(text) + "\" is not a duration such as \"1m30s\" or \"500ms\"");
  };
  std::string_view rest = trimmed(text);
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "0") return Duration{0};
  if (rest.empty()) return bad();
  constexpr auto kLimit = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::uint64_t total = 0;
  while (!rest.empty()) {
    const auto number = take_decimal(rest);
    if (!number) return bad();
    if (rest.empty()) {
      return Error(Errc::InvalidArgument,
                   "\"" + std::string(text) + "\" needs a unit, such as \"" + std::string(text) + "s\"");
    }
    const auto unit = std::find_if(kDurationUnits.begin(), kDurationUnits.end(),
                                   [&](const Unit& u) { return rest.starts_with(u.name); });
    if (unit == kDurationUnits.end()) return bad();
    rest.remove_prefix(unit->name.size());
    const auto part = scaled(*number, unit->factor, kLimit - total);
    if (!part) return Error(Errc::InvalidArgument, "\"" + std::string(text) + "\" is longer than 292 years");
    total += *part;
  }
  const auto ns = static_cast<std::int64_t>(total);
  return Duration{negative ? -ns : ns};
}

std::string go_duration_text(Duration duration) {
  std::int64_t ns = duration.count();
  if (ns == 0) return "0s";
  if (ns == std::numeric_limits<std::int64_t>::min()) return "-2562047h47m16.854775808s";
  std::string out;
  if (ns < 0) {
    out = "-";
    ns = -ns;
  }
  const auto fraction = [&](std::int64_t value, std::int64_t unit, std::string_view name) {
    out += std::to_string(value / unit);
    if (const std::int64_t rest = value % unit; rest != 0) {
      std::string digits = std::to_string(unit + rest).substr(1);
      while (digits.ends_with('0')) digits.pop_back();
      out.append(".").append(digits);
    }
    out += name;
  };
  if (ns < 1'000) {
    out += std::to_string(ns) + "ns";
  } else if (ns < 1'000'000) {
    fraction(ns, 1'000, "\xC2\xB5s");
  } else if (ns < kSecond) {
    fraction(ns, 1'000'000, "ms");
  } else {
    if (ns >= kHour) out += std::to_string(ns / kHour) + "h";
    if (ns >= kMinute) out += std::to_string(ns % kHour / kMinute) + "m";
    fraction(ns % kMinute, kSecond, "s");
  }
  return out;
}

std::string duration_text(Duration duration) {
  std::string out = go_duration_text(duration);
  // The reference cuts zero seconds, not zero minutes: "2h0m", "1m".
  if (out.ends_with("m0s")) out.resize(out.size() - 2);
  return out;
}

Result<Size> parse_size(std::string_view text) {
  std::string_view rest = trimmed(text);
  const auto number = take_decimal(rest);
  const std::string unit_name = lower(trimmed(rest));
  const auto unit =
      std::find_if(kSizeUnits.begin(), kSizeUnits.end(), [&](const Unit& u) { return u.name == unit_name; });
  if (!number || unit == kSizeUnits.end() || (unit->factor == 1 && number->fraction != 0)) {
    return Error(Errc::InvalidArgument,
                 "\"" + std::string(text) + "\" is not a size such as \"64MiB\", \"1GB\" or \"4096\"");
  }
  const auto bytes =
      scaled(*number, unit->factor, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  if (!bytes) return Error(Errc::InvalidArgument, "\"" + std::string(text) + "\" is more than 8 EiB");
  return Size{*bytes};
}

std::string size_text(Size size) {
  constexpr std::array<std::string_view, 6> kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::uint64_t value = size.bytes;
  std::size_t unit = 0;
  while (value != 0 && value % 1024 == 0 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return std::to_string(value).append(kUnits[unit]);
}

Result<bool> parse_bool(std::string_view text) {
  const std::string word = lower(trimmed(text));
  for (std::string_view yes : {"true", "t", "yes", "y", "on", "1"}) {
    if (word == yes) return true;
  }
  for (std::string_view no : {"false", "f", "no", "n", "off", "0"}) {
    if (word == no) return false;
  }
  return Error(Errc::InvalidArgument, "strconv.ParseBool: parsing \"" + std::string(text) + "\": invalid syntax",
               "NumError");
}

Result<std::int64_t> parse_integer(std::string_view text) {
  std::string_view digits = trimmed(text);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range) {
    return Error(Errc::InvalidArgument, "strconv.ParseInt: parsing \"" + std::string(text) + "\": value out of range",
                 "NumError");
  }
  if (error != std::errc{} || end != digits.data() + digits.size()) {
    return Error(Errc::InvalidArgument, "strconv.ParseInt: parsing \"" + std::string(text) + "\": invalid syntax",
                 "NumError");
  }
  return value;
}

}  // namespace bryo::kernel
