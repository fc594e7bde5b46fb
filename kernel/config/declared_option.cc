#include <kernel/config/declared_option.h>
#include <kernel/config/nearest.h>
#include <kernel/config/references.h>
#include <kernel/config/value_text.h>

#include <algorithm>
#include <cmath>

namespace bryo::kernel {
namespace {

/// More would hide the message.
constexpr std::size_t kFewChoices = 12;

Error wrong_type(const DeclaredOption& option, const toml::node& node) {
  return Error(Errc::InvalidArgument, option.shown() + " must be " + std::string(expected_type(option.default_value)) +
                                          ", not " + std::string(node_type(node)));
}

/// `shown = written is not a ...`: what the parser of the text said, about the option.
Error wrong_text(const DeclaredOption& option, const Error& why) {
  return Error(Errc::InvalidArgument, option.shown() + " = " + why.message());
}

Result<std::string> read_string(const DeclaredOption& option, const toml::value<std::string>& node,
                                const std::string& directory) {
  auto resolved = resolve_references(node.get(), directory);
  if (!resolved) return Error(Errc::InvalidArgument, option.shown() + " " + resolved.error().message());
  return resolved;
}

Result<WrittenValue> read_list(const DeclaredOption& option, const toml::node& node, const std::string& directory) {
  const auto* array = node.as_array();
  if (array == nullptr) return wrong_type(option, node);
  std::vector<std::string> items;
  std::string written = "[";
  for (const auto& item : *array) {
    const auto* text = item.as_string();
    if (text == nullptr) return wrong_type(option, node);
    BRYO_TRY(resolved, read_string(option, *text, directory));
    items.push_back(std::move(resolved));
    if (written.size() > 1) written += ", ";
    written += toml_quoted(text->get());
  }
  return WrittenValue{std::move(items), written + "]"};
}

/// Durations and sizes: strings, and the numbers that need no unit.
Result<WrittenValue> read_with_unit(const DeclaredOption& option, const toml::node& node,
                                    const std::string& directory) {
  const bool is_size = std::holds_alternative<Size>(option.default_value);
  if (const auto* number = node.as_integer()) {
    const std::string digits = std::to_string(number->get());
    if (is_size && number->get() >= 0) return WrittenValue{Size{static_cast<std::uint64_t>(number->get())}, digits};
    if (!is_size && number->get() == 0) return WrittenValue{Duration{0}, digits};
    if (is_size) return wrong_text(option, Error(Errc::InvalidArgument, digits + " is not a size such as \"64MiB\""));
    return wrong_text(option, Error(Errc::InvalidArgument, digits + " needs a unit, such as \"" + digits + "s\""));
  }
  const auto* text = node.as_string();
  if (text == nullptr) return wrong_type(option, node);
  BRYO_TRY(resolved, read_string(option, *text, directory));
  auto value = option_value_of(resolved, option.default_value);
  if (!value) return wrong_text(option, value.error());
  return WrittenValue{*std::move(value), toml_quoted(text->get())};
}

Result<WrittenValue> read_typed(const DeclaredOption& option, const toml::node& node, const std::string& directory) {
  switch (option.default_value.index()) {
    case 0:
      if (const auto* flag = node.as_boolean()) return WrittenValue{flag->get(), toml_text(flag->get())};
      return wrong_type(option, node);
    case 1:
      if (const auto* number = node.as_integer()) return WrittenValue{number->get(), toml_text(number->get())};
      return wrong_type(option, node);
    case 2: {
      std::optional<double> number;
      if (const auto* real = node.as_floating_point()) number = real->get();
      if (const auto* whole = node.as_integer()) number = static_cast<double>(whole->get());
      if (!number || !std::isfinite(*number)) return wrong_type(option, node);
      return WrittenValue{*number, toml_text(*number)};
    }
    case 3:
    case 4:
      return read_with_unit(option, node, directory);
    case 5: {
      const auto* text = node.as_string();
      if (text == nullptr) return wrong_type(option, node);
      BRYO_TRY(resolved, read_string(option, *text, directory));
      return WrittenValue{std::move(resolved), toml_quoted(text->get())};
    }
    default:
      return read_list(option, node, directory);
  }
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

Status check_choice(const DeclaredOption& option, const std::string& word, const std::string& written) {
  if (std::find(option.choices.begin(), option.choices.end(), word) != option.choices.end()) return {};
  const bool few = option.choices.size() <= kFewChoices;
  return Error(Errc::InvalidArgument, option.shown() + " = " + written + " is not " +
                                          (few ? "one of " + joined(option.choices) : "a known value") +
                                          did_you_mean(word, option.choices));
}

}  // namespace

void DeclaredOption::store(OptionValue next) {
  value = next;
  std::visit(
      [&](auto& held) {
        using T = decltype(held->load());
        held->store(std::get<T>(std::move(next)));
      },
      cell);
}

bool has_reference(const std::string& written) {
  return written.find("${") != std::string::npos || written.find("\"file:") != std::string::npos;
}

std::string allowed_text(const DeclaredOption& option) {
  const bool is_list = std::holds_alternative<std::vector<std::string>>(option.default_value);
  if (!option.choices.empty()) return (is_list ? "any of " : "one of ") + joined(option.choices);
  if (option.min && option.max) return bound_text(*option.min) + " to " + bound_text(*option.max);
  if (option.min) return "at least " + bound_text(*option.min);
  if (option.max) return "at most " + bound_text(*option.max);
  return {};
}

Status check_value(const DeclaredOption& option, const OptionValue& value, const std::string& written) {
  if ((option.min && value < *option.min) || (option.max && value > *option.max)) {
    return Error(Errc::InvalidArgument,
                 option.shown() + " = " + written + " is out of range; allowed: " + allowed_text(option));
  }
  if (option.choices.empty()) return {};
  if (const auto* word = std::get_if<std::string>(&value)) return check_choice(option, *word, written);
  if (const auto* words = std::get_if<std::vector<std::string>>(&value)) {
    for (const auto& word : *words) BRYO_CHECK(check_choice(option, word, toml_quoted(word)));
  }
  return {};
}

Result<WrittenValue> read_value(const DeclaredOption& option, const toml::node& node, const std::string& directory) {
  BRYO_TRY(read, read_typed(option, node, directory));
  BRYO_CHECK(check_value(option, read.value, read.written));
  return read;
}

}  // namespace bryo::kernel
