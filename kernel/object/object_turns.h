#pragma once

/// Changes of one object that must not overlap, one after the other.

#include <bryo/task.h>

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
  /// Whoever holds it is the only one; the destructor lets the next one go on. Movable.
  class Turn {
   public:
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)), key_(std::move(other.key_)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_ != nullptr) turns_->pass_on(key_);
    }

   private:
    friend class ObjectTurns;
    using Key = std::pair<std::uint64_t, std::string>;
    Turn(ObjectTurns& turns, Key key) : turns_(&turns), key_(std::move(key)) {}
    ObjectTurns* turns_;
    Key key_;
  };

  ObjectTurns() = default;
  ObjectTurns(const ObjectTurns&) = delete;
  ObjectTurns& operator=(const ObjectTurns&) = delete;

  /// Waits for those who came before. Fails with Cancelled when the caller goes away.
  Task<Result<Turn>> take(std::uint64_t bucket_id, std::string object);

 private:
  struct Waiter;
  void pass_on(const Turn::Key& key);

  std::mutex mutex_;
  std::map<Turn::Key, std::deque<std::shared_ptr<Waiter>>> lines_;  ///< of objects whose turn somebody has
};

}  // namespace bryo::kernel
