#include <kernel/store/directory.h>
#include <kernel/store/leaf_scan.h>
#include <kernel/store/leaf_table.h>
#include <kernel/store/name_codec.h>

#include <sys/xattr.h>

#include <algorithm>

namespace bryo::kernel {
namespace {

/// Appends the true name of a file whose file name is a hash; false when it cannot be read.
bool append_hidden_name(const Mountpath& mountpath, const ObjectPath& path, std::string& out) {
  const std::string file = mountpath.objects_path() + path.c_str();
  std::array<char, kMaxObjectName> name;
  const ssize_t size = ::lgetxattr(file.c_str(), kNameAttribute, name.data(), name.size());
  if (size <= 0) return false;
  out.append(name.data(), static_cast<std::size_t>(size));
  return true;
}

}  // namespace

void NameList::keep() { ends_.push_back(bytes_.size()); }

std::string_view NameList::last() const noexcept {
  return std::string_view(bytes_).substr(ends_.empty() ? 0 : ends_.back());
}

std::vector<std::string_view> NameList::sorted() const {
  std::vector<std::string_view> names;
  names.reserve(ends_.size());
  std::size_t start = 0;
  for (const std::size_t end : ends_) {
    names.push_back(std::string_view(bytes_).substr(start, end - start));
    start = end;
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Status scan_leaf(const Mountpath& mountpath, std::uint64_t bucket_id, std::uint32_t leaf, std::string_view from,
                 std::string_view to, std::string_view prefix, Log& log, NameList& names) {
  const auto wanted = [&](std::string_view name) {
    return name >= from && (to.empty() || name < to) && name.starts_with(prefix);
  };
  return for_each_entry(
      mountpath.objects(), leaf_path(bucket_id, leaf).c_str(), [&](std::string_view file_name) -> Status {
        bool known = decode_file_name(file_name, names.pending());
        if (!known && is_hashed_file_name(file_name)) {
          const ObjectPath path(bucket_id, leaf, file_name);
          known = append_hidden_name(mountpath, path, names.pending());
          // Gone in the meantime, or moved by a split: the caller looks again.
          if (!known && ::faccessat(mountpath.objects(), path.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) != 0) return {};
        }
        if (!known) {
          log.warning("a file that is no object lies among objects and is not listed",
                      {{"file", mountpath.objects_path() + ObjectPath(bucket_id, leaf, file_name).c_str()}});
        } else if (wanted(names.last())) {
          names.keep();
        } else {
          names.drop();
        }
        return {};
      });
}

Result<std::size_t> count_leaf(const Mountpath& mountpath, std::uint64_t bucket_id, std::uint32_t leaf) {
  std::size_t count = 0;
  BRYO_CHECK(for_each_entry(mountpath.objects(), leaf_path(bucket_id, leaf).c_str(), [&](std::string_view) -> Status {
    ++count;
    return {};
  }));
  return count;
}

}  // namespace bryo::kernel
