#pragma once

/// Where cluster metadata lives: ordered keys with compare-and-swap and watch. One implementation runs on a node.

#include <bryo/task.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo {

struct MetaEntry {
  std::string key;
  std::string value;
  std::uint64_t revision = 0;  ///< of the last write to this key; grows over the whole store
};

/// Thread-safe. Values are small documents (a bucket, a map); at most 1 MiB each.
class MetaStore {
 public:
  virtual ~MetaStore() = default;
  virtual Task<Result<std::optional<MetaEntry>>> get(std::string key) = 0;
  /// All keys that start with `prefix`, in key order, as of one revision.
  virtual Task<Result<std::vector<MetaEntry>>> list(std::string prefix) = 0;
  /// Writes if the key's revision is `expected` (0 = must not exist); answers the new revision, or Conflict.
  /// When it returns, the write survives a crash.
  virtual Task<Result<std::uint64_t>> put(std::string key, std::string value, std::uint64_t expected) = 0;
  /// Removes if the key's revision is `expected`.
  virtual Task<Status> erase(std::string key, std::uint64_t expected) = 0;
};

using MetaStoreFactory = std::function<std::unique_ptr<MetaStore>()>;

}  // namespace bryo
