#include <kernel/config/option_value.h>
#include <kernel/config/references.h>
#include <kernel/config/value_text.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace bryo::kernel {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

/// TOML needs a '.' or an exponent to tell a float from an integer.
std::string double_text(double value) {
  std::array<char, 40> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  std::string out(text.data(), end.ptr);
  if (out.find_first_of(".e") == std::string::npos && std::isfinite(value)) out += ".0";
  return out;
}

Result<double> parse_double(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    return Error(Errc::InvalidArgument, "strconv.ParseFloat: parsing \"" + std::string(text) + "\": invalid syntax",
                 "NumError");
  }
  return value;
}

std::vector<std::string> parse_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view item = text.substr(0, comma);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (!item.empty()) out.emplace_back(item);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return out;
}

}  // namespace

std::string_view expected_type(const OptionValue& like) {
  constexpr std::array<std::string_view, std::variant_size_v<OptionValue>> kNames = {
      "true or false", "an integer",       "a number", "a size such as \"64MiB\"", "a duration such as \"1m30s\"",
      "a string",      "a list of strings"};
  return kNames[like.index()];
}

std::string_view type_word(const OptionValue& like) {
  constexpr std::array<std::string_view, std::variant_size_v<OptionValue>> kNames = {
      "bool", "integer", "number", "size", "duration", "string", "list"};
  return kNames[like.index()];
}

std::string toml_quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      std::array<char, 8> code;
      std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += code.data();
    } else {
      out += c;
    }
  }
  return out += '"';
}

std::string toml_text(const OptionValue& value) {
  return std::visit(Overloaded{
                        [](bool v) { return std::string(v ? "true" : "false"); },
                        [](std::int64_t v) { return std::to_string(v); },
                        [](double v) { return double_text(v); },
                        [](Size v) { return toml_quoted(size_text(v)); },
                        [](Duration v) { return toml_quoted(duration_text(v)); },
                        [](const std::string& v) { return toml_quoted(escape_references(v)); },
                        [](const std::vector<std::string>& v) {
                          std::string out = "[";
                          for (const auto& item : v) {
                            if (out.size() > 1) out += ", ";
                            out += toml_quoted(escape_references(item));
                          }
                          return out += "]";
                        },
                    },
                    value);
}

std::string bound_text(const OptionValue& value) {
  if (const auto* duration = std::get_if<Duration>(&value)) return go_duration_text(*duration);
  if (const auto* size = std::get_if<Size>(&value)) return size_text(*size);
  return toml_text(value);
}

nlohmann::json json_value(const OptionValue& value) {
  return std::visit(Overloaded{
                        [](Size v) { return nlohmann::json(size_text(v)); },
                        [](Duration v) { return nlohmann::json(duration_text(v)); },
                        [](const auto& v) { return nlohmann::json(v); },
                    },
                    value);
}

Result<OptionValue> option_value_of(std::string_view text, const OptionValue& like) {
  const auto widen = [](auto result) -> Result<OptionValue> {
    if (!result) return std::move(result).error();
    return OptionValue(*std::move(result));
  };
  return std::visit(
      Overloaded{
          [&](bool) { return widen(parse_bool(text)); },
          [&](std::int64_t) { return widen(parse_integer(text)); },
          [&](double) { return widen(parse_double(text)); },
          [&](Size) { return widen(parse_size(text)); },
          [&](Duration) { return widen(parse_duration(text)); },
          [&](const std::string&) -> Result<OptionValue> { return OptionValue(std::string(text)); },
          [&](const std::vector<std::string>&) -> Result<OptionValue> { return OptionValue(parse_list(text)); },
      },
      like);
}

}  // namespace bryo::kernel
