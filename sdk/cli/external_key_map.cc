#include "external_key_map.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace bryo::cli {

Result<ExternalKeyMap> ExternalKeyMap::parse(std::string_view text) {
  ExternalKeyMap map;
  const auto first = text.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && text[first] == '{';
  BRYO_CHECK(json ? map.read_json(text) : map.read_lines(text));
  if (map.rules_.empty()) return usage_error("the external key map is empty: expected {TEMPLATE: [REGEX, ...]}");
  return map;
}

Status ExternalKeyMap::read_json(std::string_view text) {
  const auto json = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!json.is_object()) return usage_error("the external key map is no JSON object {TEMPLATE: [REGEX, ...]}");
  for (const auto& [shards, patterns] : json.items()) {
    if (!patterns.is_array()) return usage_error("external key map: \"" + shards + "\" has no list of expressions");
    for (const auto& pattern : patterns) {
      if (!pattern.is_string()) return usage_error("external key map: \"" + shards + "\" lists what is no text");
      BRYO_CHECK(add(pattern.get_ref<const std::string&>(), shards, "\"" + shards + "\""));
    }
  }
  return {};
}

Status ExternalKeyMap::read_lines(std::string_view text) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    const auto where = "line " + std::to_string(number);
    const auto tab = line.rfind('\t');
    if (tab == std::string_view::npos || tab == 0 || tab + 1 == line.size()) {
      return usage_error("external key map: " + where + " is not REGEX<tab>TEMPLATE");
    }
    BRYO_CHECK(add(line.substr(0, tab), line.substr(tab + 1), where));
  }
  return {};
}

Status ExternalKeyMap::add(std::string_view pattern, std::string_view shards, std::string_view where) {
  auto known = std::find(templates_.begin(), templates_.end(), shards);
  if (known == templates_.end()) known = templates_.emplace(known, shards);
  try {
    rules_.push_back({std::regex(pattern.begin(), pattern.end(), std::regex::optimize),
                      static_cast<std::size_t>(known - templates_.begin())});
  } catch (const std::regex_error&) {
    return usage_error("external key map: " + std::string(where) + ": \"" + std::string(pattern) +
                       "\" is no regular expression");
  }
  return {};
}

Result<std::optional<std::size_t>> ExternalKeyMap::place_of(const std::string& key) const {
  std::optional<std::size_t> found;
  for (const auto& rule : rules_) {
    if (found == rule.place) continue;
    try {
      if (!std::regex_search(key, rule.pattern)) continue;
    } catch (const std::regex_error&) {
      return Error(Errc::InvalidArgument, "an expression of the external key map is too costly for \"" + key + "\"");
    }
    if (found) {
      return Error(Errc::InvalidArgument, "\"" + key + "\" matches expressions of \"" + templates_[*found] +
                                              "\" and of \"" + templates_[rule.place] +
                                              "\" in the external key map: make them exclude each other");
    }
    found = rule.place;
  }
  return found;
}

}  // namespace bryo::cli
