#pragma once

/// A folder of the server, and what is below it. No path leads out of it: not by "..", nor by a link, also when
/// somebody exchanges a folder for a link meanwhile.

#include <bryo/result.h>

#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>

namespace bryo::promote {

/// Closes what it holds.
class OwnedFile {
 public:
  OwnedFile() = default;
  explicit OwnedFile(int file) : file_(file) {}
  OwnedFile(OwnedFile&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  OwnedFile& operator=(OwnedFile&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~OwnedFile() {
    if (file_ >= 0) ::close(file_);
  }
  [[nodiscard]] int get() const noexcept { return file_; }
  [[nodiscard]] int release() noexcept { return std::exchange(file_, -1); }
  explicit operator bool() const noexcept { return file_ >= 0; }

 private:
  int file_ = -1;
};

/// Thread-safe. All calls block.
class PromoteFolder {
 public:
  /// `path` may be a link: the operator named it. Fails with NotFound when it is not there.
  static Result<PromoteFolder> open(const std::string& path);

  struct File {
    OwnedFile descriptor;
    struct stat info {};
  };
  /// For reading; "" is the folder itself. Links are followed as long as they stay below. Fails with NotFound, and with
  /// InvalidArgument for what leads outside.
  [[nodiscard]] Result<File> open_below(const std::string& relative) const;
  /// Removes a file if it is still the one that `info` describes, and no link.
  [[nodiscard]] Status remove_below(const std::string& relative, const struct stat& info) const;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  PromoteFolder(std::string path, OwnedFile directory) : path_(std::move(path)), directory_(std::move(directory)) {}
  [[nodiscard]] Result<OwnedFile> open_at(const std::string& relative, int flags) const;
  [[nodiscard]] std::string shown(const std::string& relative) const {
    return relative.empty() ? path_ : path_ + "/" + relative;
  }

  std::string path_;
  OwnedFile directory_;
};

/// Same file, same content.
bool unchanged(const struct stat& a, const struct stat& b);

}  // namespace bryo::promote
