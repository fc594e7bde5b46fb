#pragma once

#include <bryo/meta_store.h>
#include <sqlite3.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace sqlite_store {

/// One table: key, value, revision. Every change is a transaction that SQLite has synced when it is answered. The calls
/// run on the node's pool for what blocks, one at a time. Thread-safe.
class SqliteStore final : public bryo::MetaStore {
 public:
  /// Makes what is missing. `blocking` outlives the store.
  static bryo::Result<std::unique_ptr<bryo::MetaStore>> open(const std::string& directory,
                                                             bryo::BlockingPool& blocking);

  bryo::Task<bryo::Result<std::optional<bryo::MetaEntry>>> get(std::string key) override;
  bryo::Task<bryo::Result<std::vector<bryo::MetaEntry>>> list(std::string prefix) override;
  bryo::Task<bryo::Result<std::uint64_t>> put(std::string key, std::string value, std::uint64_t expected) override;
  bryo::Task<bryo::Status> erase(std::string key, std::uint64_t expected) override;

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
  };
  class Statement;

  SqliteStore(std::unique_ptr<sqlite3, Close> database, bryo::BlockingPool& blocking)
      : database_(std::move(database)), blocking_(blocking) {}

  /// `work` on the pool, alone.
  bryo::Task<bryo::Status> alone(std::function<bryo::Status()> work);
  /// The same in a transaction, which a failure takes back.
  bryo::Task<bryo::Status> change(std::function<bryo::Status()> work);
  bryo::Status run(const char* sql);
  /// 0: there is no such key.
  bryo::Result<std::uint64_t> revision_of(const std::string& key);
  bryo::Status check_revision(const std::string& key, std::uint64_t expected);
  [[nodiscard]] bryo::Error failed(const std::string& what) const;

  const std::unique_ptr<sqlite3, Close> database_;
  bryo::BlockingPool& blocking_;
  std::mutex mutex_;
};

}  // namespace sqlite_store
