#pragma once

/// Parts of members that batches decode: what several batches want at the same time is decoded once, and what was
/// decoded stays for a while, for those that want it next.

#include <compare>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>

#include "entry_source.h"

namespace bryo::moss {

/// Thread-safe. Least recently used parts go first.
class DecodedParts {
 public:
  /// A part of a member of one version of a shard.
  struct Key {
    std::uint64_t stamp, ordinal, offset, length;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  using Bytes = std::shared_ptr<const LoadedBytes::Kept>;

  /// A part that somebody decodes.
  struct Running {
    bool done = false;
    Bytes bytes{};  ///< null when it could not be had
  };
  /// One of the three: the part; or it is the caller's to decode, and to `publish`; or somebody else's, to `wait` for.
  struct Claim {
    Bytes bytes{};
    std::shared_ptr<Running> other{};
  };

  /// Bytes of parts that stay. 0: none, but what is under way is shared.
  void set_limit(std::uint64_t bytes);

  /// Null when it is not here.
  Bytes find(const Key& key);
  Claim claim(const Key& key);
  /// Ends a claim. Null bytes: it could not be decoded.
  void publish(const Key& key, Bytes bytes);
  /// What was decoded without a claim.
  void keep(const Key& key, Bytes bytes);
  /// Blocks until it is there; null when it could not be had. Whoever has claimed it must not wait before it has ended
  /// all its claims.
  Bytes wait(const std::shared_ptr<Running>& part);
  /// Gives all memory back.
  void clear();

 private:
  struct Kept {
    Key key;
    Bytes bytes;
  };
  Bytes find_locked(const Key& key);
  void keep_locked(const Key& key, Bytes bytes);
  void evict_locked();

  std::mutex mutex_;
  std::condition_variable ended_;
  std::map<Key, std::shared_ptr<Running>> running_;
  std::list<Kept> order_;  ///< most recently used first
  std::map<Key, std::list<Kept>::iterator> kept_;
  std::uint64_t bytes_ = 0;
  std::uint64_t limit_ = 0;
};

}  // namespace bryo::moss
