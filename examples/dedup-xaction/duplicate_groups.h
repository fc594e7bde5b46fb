#pragma once

#include <bryo/objects.h>

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dedup {

/// What two equal objects have in common.
struct Content {
  std::uint64_t size = 0;
  std::string checksum;  ///< "type:value"
  friend auto operator<=>(const Content&, const Content&) = default;
};

/// Objects of equal content, in the order in which they were added.
struct Group {
  Content content;
  std::vector<std::string> names;
  [[nodiscard]] std::uint64_t wasted() const { return (names.size() - 1) * content.size; }
};

/// Files names under their content. Pure: no server, no waiting, so tests need neither. One thread.
class DuplicateGroups {
 public:
  /// Memory that one more name takes at most: its bytes, and the nodes around it.
  static std::size_t cost(std::string_view name) { return name.size() + 256; }

  /// Whether an object of the same content was there before.
  bool add(Content content, std::string name);
  /// Groups of two and more, those that waste most first. What was added is gone afterwards.
  [[nodiscard]] std::vector<Group> take();

 private:
  std::map<Content, std::vector<std::string>> names_;
};

/// One line of the result: `{"size":3,"checksum":"xxhash2:0123","wasted":3,"objects":["a","b"]}` and a line end.
std::string json_line(const Group& group);

}  // namespace dedup
