#include <kernel/config/option_pages.h>

#include <sstream>

namespace bryo::kernel {
namespace {

constexpr std::size_t kColumns = 110;

/// A reference must stay in the file even if it resolves to the default today.
bool says_more_than_default(const DeclaredOption& option) {
  return option.value != option.default_value || has_reference(option.written);
}

std::string current_text(const DeclaredOption& option) {
  return option.by_api || option.written.empty() ? toml_text(option.value) : option.written;
}

std::string facts(const DeclaredOption& option) {
  std::string out =
      "Default: " + toml_text(option.default_value) + " (" + std::string(type_word(option.default_value)) + ")";
  if (const std::string allowed = allowed_text(option); !allowed.empty()) out += ". Allowed: " + allowed;
  if (option.seed) {
    out += ". First value only: later changes go through the API.";
    return option.effective ? out : out + " Kept and returned, without effect.";
  }
  return out + (option.hot ? ". Hot: a reload applies it." : ". A change needs a restart.");
}

std::string markdown_cell(std::string text) {
  for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) text.insert(at, "\\");
  return text;
}

}  // namespace

std::string toml_comment(const std::string& text) {
  std::string out;
  std::string line = "#";
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (line.size() + 1 + word.size() > kColumns && line.size() > 1) {
      out += line + "\n";
      line = "#";
    }
    line += " " + word;
  }
  return line.size() > 1 ? out + line + "\n" : out;
}

std::string options_as_toml(const std::vector<OptionSection>& sections) {
  std::string out;
  for (const auto& section : sections) {
    if (section.options.empty()) continue;
    if (!out.empty()) out += "\n";
    out += toml_comment(section.doc);
    out += "[" + section.name + "]\n";
    for (const auto* option : section.options) {
      out += "\n" + toml_comment(option->doc) + toml_comment(facts(*option));
      const bool said = says_more_than_default(*option);
      out +=
          (said ? "" : "#") + option->key + " = " + (said ? current_text(*option) : toml_text(option->default_value));
      out += "\n";
    }
  }
  return out;
}

std::string options_as_markdown(const std::vector<OptionSection>& sections) {
  std::string out;
  for (const auto& section : sections) {
    if (section.options.empty()) continue;
    if (!out.empty()) out += "\n";
    out += "## [" + section.name + "]\n\n";
    if (!section.doc.empty()) out += section.doc + "\n\n";
    out += "| Key | Type | Default | Allowed | Change | Meaning |\n|---|---|---|---|---|---|\n";
    for (const auto* option : section.options) {
      std::string meaning = option->doc;
      if (!option->api_name.empty()) meaning += " In the API: `" + option->api_name + "`.";
      out += "| `" + option->key + "` | " + std::string(type_word(option->default_value)) + " | `" +
             markdown_cell(toml_text(option->default_value)) + "` | " + markdown_cell(allowed_text(*option)) + " | " +
             (option->seed  ? (option->effective ? "API" : "API, no effect")
              : option->hot ? "hot"
                            : "restart") +
             " | " + markdown_cell(meaning) + " |\n";
    }
  }
  return out;
}

}  // namespace bryo::kernel
