#pragma once

/// Where an object lies, as the wire says it.

#include <kernel/store/object_store.h>

#include <string>
#include <string_view>
#include <unordered_map>

namespace bryo::kernel {

/// `t[ID]:mp[PATH, DISK, hdd]` for each mountpath, made once. Thread-safe.
class ObjectLocations {
 public:
  ObjectLocations(std::string_view target_id, const std::vector<MountpathConfig>& mountpaths);
  /// Of an object on this mountpath; empty for one that is not known.
  [[nodiscard]] const std::string& of(const std::string& mountpath) const;

 private:
  std::unordered_map<std::string, std::string> by_path_;
};

}  // namespace bryo::kernel
