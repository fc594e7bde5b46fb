#include <kernel/object/archive_names.h>

#include <kernel/wire/json_text.h>

#include <algorithm>
#include <optional>

namespace bryo::kernel {
namespace {

bool begins_inside(std::string_view text, std::string_view archive) {
  return text.size() > archive.size() && text.starts_with(archive) && text[archive.size()] == '/';
}

/// What paths in the archive must begin with; nullopt: none is meant.
std::optional<std::string_view> prefix_inside(std::string_view prefix, std::string_view archive) {
  if (begins_inside(prefix, archive)) return prefix.substr(archive.size() + 1);
  return archive.starts_with(prefix) ? std::optional(std::string_view()) : std::nullopt;
}

/// What paths in the archive must be greater than; nullopt: none is.
std::optional<std::string_view> after_inside(std::string_view after, std::string_view archive) {
  if (begins_inside(after, archive)) return after.substr(archive.size() + 1);
  return after < std::string(archive) + "/" ? std::optional(std::string_view()) : std::nullopt;
}

std::string_view path_of(const Member& member) {
  std::string_view name = member.name;
  if (name.starts_with('/')) name.remove_prefix(1);
  return name;
}

}  // namespace

std::vector<std::string> archives_before(const NameRange& range,
                                         const std::function<bool(std::string_view)>& is_archive) {
  std::vector<std::string> names;
  // Names less than `after` whose files come behind it begin like it.
  for (std::size_t size = 1; size <= range.after.size(); ++size) {
    const auto name = range.after.substr(0, size);
    if (!is_archive(name)) continue;
    if (prefix_inside(range.prefix, name) && after_inside(range.after, name)) names.emplace_back(name);
  }
  for (std::size_t size = 1; size < range.prefix.size(); ++size) {
    const auto name = range.prefix.substr(0, size);
    if (range.prefix[size] != '/' || !is_archive(name)) continue;
    if (after_inside(range.after, name)) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<ListedMember> listed_members(const MemberIndex& index, std::string_view archive, const NameRange& range,
                                         std::size_t limit) {
  const auto prefix = prefix_inside(range.prefix, archive);
  const auto after = after_inside(range.after, archive);
  if (!prefix || !after || limit == 0) return {};
  // The greatest of those kept is on top, and gives way to lesser ones.
  const auto less = [](const Member& a, const Member& b) { return path_of(a) < path_of(b); };
  std::vector<Member> kept;
  index.for_each([&](const Member& member) {
    const auto path = path_of(member);
    if (!path.starts_with(*prefix) || path <= *after) return true;
    if (kept.size() == limit && !less(member, kept.front())) return true;
    const auto first = index.find(member.name);
    if (!first || first->ordinal != member.ordinal || !is_utf8(path)) return true;
    if (kept.size() == limit) {
      std::pop_heap(kept.begin(), kept.end(), less);
      kept.pop_back();
    }
    kept.push_back(member);
    std::push_heap(kept.begin(), kept.end(), less);
    return true;
  });
  std::sort_heap(kept.begin(), kept.end(), less);
  std::vector<ListedMember> listed;
  listed.reserve(kept.size());
  for (const Member& member : kept) {
    listed.push_back({std::string(archive).append("/").append(path_of(member)), member.size});
  }
  return listed;
}

}  // namespace bryo::kernel
