#pragma once

/// Where cluster metadata lives: ordered keys with compare-and-swap and watch. One implementation runs on a node.

#include <bryo/host.h>

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

/// What a meta store may use, valid as long as it exists.
struct MetaStorePlace {
  std::string directory;               ///< of this node and this store, for those that keep files; may not exist yet
  std::vector<std::string> endpoints;  ///< `meta_store.endpoints`, for those that are elsewhere
  BlockingPool& blocking;
  Clock& clock;
  Log& log;
};

/// Called once, when the configuration has been read and names this store, before the plugin's `start`; may block. Its
/// error fails the start of the node. The store outlives the plugin's `stop`, so it owns what it uses; options may be
/// copied into it.
using MetaStoreFactory = std::function<Result<std::unique_ptr<MetaStore>>(const MetaStorePlace&)>;

/// Declaration of a meta store.
struct MetaStoreSpec {
  std::string name;  ///< in the configuration, `meta_store.kind`: [a-z][a-z0-9_]{0,31}, not "embedded"
  std::string doc;   ///< one sentence
};

}  // namespace bryo
