#include <kernel/config/nearest.h>
#include <kernel/config/option_value.h>
#include <kernel/config/toml_tree.h>

#include <algorithm>

namespace bryo::kernel {
namespace {

/// More are no help to who has to repair the file.
constexpr std::size_t kMostProblems = 20;
constexpr std::size_t kFewKeys = 12;

}  // namespace

void Problems::add(const toml::source_region& at, std::string sentence) {
  problems_.push_back({at.path ? *at.path : std::string("?"), at.begin.line, std::move(sentence)});
}

Status Problems::status() const {
  if (problems_.empty()) return {};
  auto sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    return a.file != b.file ? a.file < b.file : a.line < b.line;
  });
  std::string text;
  for (std::size_t i = 0; i < sorted.size() && i < kMostProblems; ++i) {
    if (i > 0) text += '\n';
    // What an option of the command line sets has that option's name, and no line.
    const bool in_file = !sorted[i].file.starts_with("--");
    text += sorted[i].file + (in_file ? ":" + std::to_string(sorted[i].line) : "") + ": " + sorted[i].sentence;
  }
  if (sorted.size() > kMostProblems) text += "\nand " + std::to_string(sorted.size() - kMostProblems) + " more";
  return Error(Errc::InvalidArgument, std::move(text));
}

std::string_view node_type(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number with a point";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::table:
      return "a section";
    default:
      return "a date or time";
  }
}

std::string shown_key(std::string_view key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  });
  return bare ? std::string(key) : toml_quoted(key.substr(0, 80));
}

const toml::table* table_at(const ConfigDocument& document, std::string_view dotted_path) {
  return document.tree().root.at_path(dotted_path).as_table();
}

std::string unknown_key(std::string_view key, std::string_view section_shown, const std::vector<std::string>& known) {
  std::string out = "unknown key '" + shown_key(key) + "' in " + std::string(section_shown);
  const std::string hint = did_you_mean(key, known);
  if (!hint.empty()) return out + hint;
  if (known.empty() || known.size() > kFewKeys) return out;
  out += "; its keys are ";
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (i > 0) out += ", ";
    out += known[i];
  }
  return out;
}

}  // namespace bryo::kernel
