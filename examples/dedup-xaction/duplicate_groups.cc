#include "duplicate_groups.h"

#include <algorithm>
#include <utility>

namespace dedup {
namespace {

/// Object names are bytes: what JSON cannot hold is escaped, the rest stands as it is.
void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr std::string_view kHex = "0123456789abcdef";
      out.append("\\u00");
      out.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
      out.push_back(kHex[static_cast<unsigned char>(c) & 15]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

}  // namespace

bool DuplicateGroups::add(Content content, std::string name) {
  auto& names = names_[std::move(content)];
  names.push_back(std::move(name));
  return names.size() > 1;
}

std::vector<Group> DuplicateGroups::take() {
  std::vector<Group> groups;
  for (auto& [content, names] : names_) {
    if (names.size() > 1) groups.push_back({content, std::move(names)});
  }
  names_.clear();
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return a.wasted() > b.wasted(); });
  return groups;
}

std::string json_line(const Group& group) {
  std::string out = "{\"size\":" + std::to_string(group.content.size) + ",\"checksum\":";
  append_quoted(out, group.content.checksum);
  out.append(",\"wasted\":").append(std::to_string(group.wasted())).append(",\"objects\":[");
  for (const auto& name : group.names) {
    if (&name != &group.names.front()) out.push_back(',');
    append_quoted(out, name);
  }
  return out.append("]}\n");
}

}  // namespace dedup
