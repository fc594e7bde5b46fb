#include "sample_key.h"

#include "sample.h"

namespace bryo::cli {

Result<SampleKey> SampleKey::parse(std::string_view text) {
  SampleKey key;
  if (text == "name" || text == "full_name") return key;
  if (text == "base" || text == "base_file_name" || text == "base_filename") {
    key.rule_ = Rule::Base;
    return key;
  }
  if (text == "collapse_all_dir") {
    key.rule_ = Rule::NameWithoutSlashes;
    return key;
  }
  const auto wrong = [text](std::string_view why) {
    return usage_error("--key \"" + std::string(text) + "\": " + std::string(why) +
                       "; write name, base, or a regular expression with a group, as \"([^/]+)/[^/]+$\"");
  };
  try {
    key.pattern_ = std::make_shared<const std::regex>(text.begin(), text.end(), std::regex::optimize);
  } catch (const std::regex_error&) {
    return wrong("is no regular expression");
  }
  key.rule_ = Rule::Pattern;
  if (key.pattern_->mark_count() == 0) return wrong("has no group that would be the key");
  return key;
}

std::string SampleKey::of(std::string_view name) const {
  if (rule_ != Rule::Pattern) {
    const auto from = rule_ == Rule::Base ? base_of(name) : 0;
    std::string key(name.substr(from, extension_at(name) - from));
    if (rule_ == Rule::NameWithoutSlashes) std::erase(key, '/');
    return key;
  }
  std::match_results<std::string_view::const_iterator> found;
  try {
    if (std::regex_search(name.begin(), name.end(), found, *pattern_)) return found[1].str();
  } catch (const std::regex_error&) {
    // The expression is too costly for this name: as if it did not match.
  }
  return std::string(name);
}

}  // namespace bryo::cli
