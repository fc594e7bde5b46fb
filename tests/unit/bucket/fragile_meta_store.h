#pragma once

/// A meta store in memory that dies after a given number of writes, like a node that is killed.

#include <bryo/meta_store.h>

#include <map>
#include <optional>
#include <string>

namespace bryo::kernel::testing {

class FragileMetaStore final : public MetaStore {
 public:
  /// The next `writes` writes succeed; what comes after does not happen, and says so.
  void die_after(int writes) { left_ = writes; }
  void live() { left_.reset(); }
  /// `then` runs right before the next write: somebody else comes in between.
  std::function<void()> before_write;

  Task<Result<std::optional<MetaEntry>>> get(std::string key) override {
    const auto found = entries_.find(key);
    if (found == entries_.end()) co_return std::optional<MetaEntry>{};
    co_return std::optional(found->second);
  }
  Task<Result<std::vector<MetaEntry>>> list(std::string prefix) override {
    std::vector<MetaEntry> found;
    for (const auto& [key, entry] : entries_) {
      if (key.starts_with(prefix)) found.push_back(entry);
    }
    co_return found;
  }
  Task<Result<std::uint64_t>> put(std::string key, std::string value, std::uint64_t expected) override {
    BRYO_CO_CHECK(admit());
    BRYO_CO_CHECK(check(key, expected));
    entries_[key] = {.key = key, .value = std::move(value), .revision = ++revision_};
    co_return revision_;
  }
  Task<Status> erase(std::string key, std::uint64_t expected) override {
    BRYO_CO_CHECK(admit());
    BRYO_CO_CHECK(check(key, expected));
    ++revision_;
    entries_.erase(key);
    co_return Status{};
  }

  void damage(const std::string& key) { entries_[key].value = "{"; }
  [[nodiscard]] bool has(const std::string& key) const { return entries_.contains(key); }

 private:
  Status admit() {
    if (auto then = std::exchange(before_write, {})) then();
    if (!left_) return {};
    if (*left_ == 0) return Error(Errc::Io, "the node was killed");
    --*left_;
    return {};
  }
  [[nodiscard]] Status check(const std::string& key, std::uint64_t expected) const {
    const auto found = entries_.find(key);
    const auto revision = found == entries_.end() ? 0 : found->second.revision;
    if (revision == expected) return {};
    return Error(Errc::Conflict, "revision " + std::to_string(revision));
  }

  std::map<std::string, MetaEntry> entries_;
  std::uint64_t revision_ = 0;
  std::optional<int> left_;
};

}  // namespace bryo::kernel::testing
