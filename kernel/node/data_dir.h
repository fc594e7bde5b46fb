#pragma once

/// The node's own directory: id, lock against a second process, the URL for scripts.

#include <bryo/result.h>

#include <memory>
#include <string>

namespace bryo::kernel {

/// Holds `<path>/run/lock` while it lives. Not copyable.
class DataDir {
 public:
  /// Creates what is missing. Fails naming the path, or the process that already runs on it.
  static Result<std::unique_ptr<DataDir>> open(const std::string& path);
  ~DataDir();
  DataDir(const DataDir&) = delete;
  DataDir& operator=(const DataDir&) = delete;

  /// The id of this node: made at the first start, then always the same (8-10 characters, http-cluster.md section 3).
  Result<std::string> node_id();
  /// Writes `<path>/run/url`, by which scripts find the node; removed again by the destructor.
  Status announce(const std::string& url);
  /// `<directory>/<name>`, emptied: for temporary files of the plugin `name`.
  static Result<std::string> spool(const std::string& directory, const std::string& name);
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  DataDir(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_ = -1;
};

}  // namespace bryo::kernel
