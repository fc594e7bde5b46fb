#include <kernel/object/object_location.h>

#include <kernel/machine/file_system.h>

namespace bryo::kernel {

ObjectLocations::ObjectLocations(std::string_view target_id, const std::vector<MountpathConfig>& mountpaths) {
  for (const auto& mountpath : mountpaths) {
    const auto system = file_system_of(mountpath.path);
    std::string text = "t[";
    text.append(target_id).append("]:mp[").append(mountpath.path).append(", ").append(system.disk);
    by_path_[mountpath.path] = text.append(system.rotational ? ", hdd]" : ", ssd]");
  }
}

const std::string& ObjectLocations::of(const std::string& mountpath) const {
  static const std::string kNowhere;
  const auto found = by_path_.find(mountpath);
  return found == by_path_.end() ? kNowhere : found->second;
}

}  // namespace bryo::kernel
