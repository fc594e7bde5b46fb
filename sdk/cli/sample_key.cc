#include "sample_key.h"

#include "sample.h"

namespace bryo::cli {

Result<SampleKey> SampleKey::parse(std::string_view text) {
  SampleKey key;
  if (text == "name" || text == "full_name") return key;
  if (text == "base" || text == "base_file_name" || text == "base_filename") {
    key.base_only_ = true;
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
  if (key.pattern_->mark_count() == 0) return wrong("has no group that would be the key");
  return key;
}

std::string SampleKey::of(std::string_view name) const {
  if (pattern_ == nullptr) {
    const auto from = base_only_ ? base_of(name) : 0;
    return std::string(name.substr(from, extension_at(name) - from));
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
