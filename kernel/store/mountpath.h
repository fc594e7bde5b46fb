#pragma once

/// One directory on a disk of this target, with what every mountpath holds:
///   bryo-mountpath   the format of the layout; locked while a node uses the mountpath
///   objects/         one directory per bucket id
///   work/            temporary links of overwrites under way; emptied at start
///   uploads/         objects that arrive in pieces (upload.h)
///   trash/           buckets that were dropped and are not yet deleted

#include <kernel/store/descriptor.h>
#include <kernel/store/object_store.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace bryo::kernel {

/// Open as long as the store. Thread-safe.
class Mountpath {
 public:
  /// Creates what is missing and tries what the store needs of the file system. Fails with a sentence that names the
  /// path: not a directory, not writable, in use by another node, without extended attributes of users.
  static Result<std::unique_ptr<Mountpath>> open(MountpathConfig config);

  /// The path is absolute and cleaned.
  [[nodiscard]] const MountpathConfig& config() const noexcept { return config_; }
  [[nodiscard]] const std::string& path() const noexcept { return config_.path; }
  /// placement_digest of the path.
  [[nodiscard]] std::uint64_t digest() const noexcept { return digest_; }
  /// `<path>/objects/`.
  [[nodiscard]] const std::string& objects_path() const noexcept { return objects_path_; }
  /// Which file system: two mountpaths with the same number fail together.
  [[nodiscard]] std::uint64_t device() const noexcept { return device_; }

  /// Notes which mountpaths (as one number) are in use together; answers what was noted before, 0 = nothing. Blocking.
  Result<std::uint64_t> exchange_set(std::uint64_t set) const;

  [[nodiscard]] int objects() const noexcept { return objects_.get(); }
  [[nodiscard]] int work() const noexcept { return work_.get(); }
  [[nodiscard]] int uploads() const noexcept { return uploads_.get(); }
  [[nodiscard]] int trash() const noexcept { return trash_.get(); }
  /// A number that this process has not used here: for names in work/ and trash/.
  [[nodiscard]] std::uint64_t next_number() const noexcept { return next_number_.fetch_add(1); }

 private:
  explicit Mountpath(MountpathConfig config);
  Status open_directories();
  Status lock_format();
  [[nodiscard]] std::string format_path() const { return config_.path + "/bryo-mountpath"; }
  Status probe() const;
  Status empty_work() const;

  MountpathConfig config_;
  std::string objects_path_;
  std::uint64_t digest_;
  std::uint64_t device_ = 0;
  Descriptor root_;
  Descriptor format_;
  Descriptor objects_;
  Descriptor work_;
  Descriptor uploads_;
  Descriptor trash_;
  mutable std::atomic<std::uint64_t> next_number_{1};
};

}  // namespace bryo::kernel
