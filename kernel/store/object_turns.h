#pragma once

/// Changes of one object that must not overlap, one after the other.

#include <bryo/objects.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace bryo::kernel {

/// Lines of coroutines, in order of arrival. Costs nothing for objects that nobody changes. Thread-safe; outlives the
/// turns that it gave.
class ObjectTurns {
 public:
  ObjectTurns() = default;
  ObjectTurns(const ObjectTurns&) = delete;
  ObjectTurns& operator=(const ObjectTurns&) = delete;

  /// Waits for those who came before. Fails with Cancelled when the caller goes away.
  Task<Result<std::unique_ptr<ObjectTurn>>> take(std::uint64_t bucket_id, std::string object);

 private:
  using Key = std::pair<std::uint64_t, std::string>;
  class Turn;
  struct Waiter;
  void pass_on(const Key& key);

  std::mutex mutex_;
  std::map<Key, std::deque<std::shared_ptr<Waiter>>> lines_;  ///< of objects whose turn somebody has
};

}  // namespace bryo::kernel
