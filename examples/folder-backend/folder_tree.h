#pragma once

/// Files below one directory. Everything here blocks: call it from `BlockingPool::run`.

#include <bryo/backend.h>

#include <string>
#include <utility>

namespace folder {

/// An open file; closes it.
class File {
 public:
  explicit File(int descriptor = -1) noexcept : descriptor_(descriptor) {}
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~File();
  [[nodiscard]] int get() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

/// Paths are relative to the root. No path and no symbolic link leads out of it: the kernel resolves them beneath it.
class Tree {
 public:
  /// Fails when `root` is not a directory that can be read.
  static bryo::Result<Tree> open(const std::string& root);

  [[nodiscard]] bryo::Status check_directory(const std::string& path) const;
  [[nodiscard]] bryo::Result<std::vector<std::string>> directories() const;
  /// Size, and what tells one content from another.
  [[nodiscard]] bryo::Result<bryo::ObjectAttributes> describe(const std::string& path) const;
  [[nodiscard]] bryo::Result<File> open_file(const std::string& path) const;
  /// One page of the files below `directory`, in bytewise order of their whole names. The token is the last name.
  [[nodiscard]] bryo::Result<bryo::BackendPage> list(const std::string& directory,
                                                     const bryo::BackendListRequest& request) const;

  /// A new file beside `path`, under a name that `list` passes over; makes the directories that lead there.
  [[nodiscard]] bryo::Result<std::pair<File, std::string>> create_beside(const std::string& path) const;
  /// Synced and renamed: `path` is the old content or the new, never a part.
  bryo::Status publish(const File& file, const std::string& temporary, const std::string& path) const;
  bryo::Status remove(const std::string& path) const;

 private:
  class Walk;
  explicit Tree(File root, std::string shown) : root_(std::move(root)), shown_(std::move(shown)) {}
  [[nodiscard]] File open_beneath(const std::string& path, int flags, unsigned mode = 0) const;
  [[nodiscard]] bryo::Error failed(const std::string& what, const std::string& path) const;

  File root_;
  std::string shown_;  ///< the root, for messages
};

}  // namespace folder
