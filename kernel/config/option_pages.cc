#include <kernel/config/option_pages.h>

#include <algorithm>
#include <sstream>
#include <utility>

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
  if (option.seed) return out + ".";
  return out + (option.hot ? ". Hot: a reload applies it." : ". A change needs a restart.");
}

constexpr const char* kClusterPreface =
    "The sections [cluster.*] are AIStore's cluster configuration under its own names. What stands here is "
    "stored "
    "at the first start; from then on the API changes it (set-config), and the file no longer counts.";

constexpr const char* kNoEffect = "Kept and returned to clients, without effect in Bryo.";

bool is_cluster(const OptionSection& section) { return section.name.starts_with("cluster."); }

bool has_effect(const OptionSection& section) {
  return std::any_of(section.options.begin(), section.options.end(),
                     [](const auto* option) { return option->effective; });
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
  bool cluster_began = false;
  for (const auto& section : sections) {
    if (section.options.empty()) continue;
    if (!out.empty()) out += "\n";
    if (is_cluster(section) && !std::exchange(cluster_began, true)) out += toml_comment(kClusterPreface) + "\n";
    out += toml_comment(section.doc);
    if (!has_effect(section)) out += toml_comment(kNoEffect);
    out += "[" + section.name + "]\n";
    for (const auto* option : section.options) {
      out += "\n" + toml_comment(option->doc) + toml_comment(facts(*option));
      if (!option->effective && has_effect(section)) out += toml_comment(kNoEffect);
      const bool said = says_more_than_default(*option);
      out +=
          (said ? "" : "#") + option->key + " = " + (said ? current_text(*option) : toml_text(option->default_value));
      out += "\n";
    }
  }
  return out;
}

}  // namespace bryo::kernel
