#include "sqlite_store.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace sqlite_store {

using bryo::Errc;
using bryo::Error;
using bryo::MetaEntry;
using bryo::Result;
using bryo::Status;
using bryo::Task;

namespace {

/// The limit of MetaStore.
constexpr std::size_t kMaxValue = 1 << 20;
/// The revision of the last change stands in a row of its own: revisions grow though keys are erased.
constexpr const char* kSchema =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
    "CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, value BLOB NOT NULL, revision INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS last (only INTEGER PRIMARY KEY CHECK (only = 1), revision INTEGER NOT NULL);"
    "INSERT OR IGNORE INTO last VALUES (1, 0);";

}  // namespace

/// A prepared statement. Texts are bound as blobs: keys may hold any byte.
class SqliteStore::Statement {
 public:
  Statement(SqliteStore& store, const char* sql) : store_(store) {
    sqlite3_prepare_v2(store.database_.get(), sql, -1, &statement_, nullptr);
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(const std::string& text) {
    // Null stands for a missing value, so an empty one needs an address.
    sqlite3_bind_blob64(statement_, ++bound_, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC);
    return *this;
  }
  Statement& bind(std::uint64_t number) {
    sqlite3_bind_int64(statement_, ++bound_, static_cast<sqlite3_int64>(number));
    return *this;
  }
  /// True: there is a row. False: there is none, or no further one.
  Result<bool> step() {
    const int code = statement_ == nullptr ? SQLITE_ERROR : sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return store_.failed("cannot use the metadata");
  }
  [[nodiscard]] std::string text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return {bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  [[nodiscard]] std::uint64_t number(int column) const {
    return static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
  }

 private:
  SqliteStore& store_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

Result<std::unique_ptr<bryo::MetaStore>> SqliteStore::open(const std::string& directory, bryo::BlockingPool& blocking) {
  std::error_code ec;
  std::filesystem::create_directories(directory, ec);
  const std::string path = directory + "/metadata.sqlite";
  sqlite3* opened = nullptr;
  const int code = sqlite3_open(path.c_str(), &opened);
  std::unique_ptr<SqliteStore> store(new SqliteStore(std::unique_ptr<sqlite3, Close>(opened), blocking));
  if (code != SQLITE_OK) return store->failed("cannot open " + path);
  BRYO_CHECK(store->run(kSchema));
  return std::unique_ptr<bryo::MetaStore>(std::move(store));
}

Task<Result<std::optional<MetaEntry>>> SqliteStore::get(std::string key) {
  std::optional<MetaEntry> found;
  std::function<Status()> work = [&]() -> Status {
    Statement select(*this, "SELECT value, revision FROM entries WHERE key = ?");
    BRYO_TRY(row, select.bind(key).step());
    if (row) found = MetaEntry{.key = key, .value = select.text(0), .revision = select.number(1)};
    return {};
  };
  BRYO_CO_CHECK(co_await alone(std::move(work)));
  co_return found;
}

Task<Result<std::vector<MetaEntry>>> SqliteStore::list(std::string prefix) {
  std::vector<MetaEntry> found;
  std::function<Status()> work = [&]() -> Status {
    Statement select(*this, "SELECT key, value, revision FROM entries WHERE key >= ? ORDER BY key");
    select.bind(prefix);
    for (;;) {
      BRYO_TRY(row, select.step());
      if (!row || !select.text(0).starts_with(prefix)) return {};
      found.push_back({.key = select.text(0), .value = select.text(1), .revision = select.number(2)});
    }
  };
  BRYO_CO_CHECK(co_await alone(std::move(work)));
  co_return found;
}

Task<Result<std::uint64_t>> SqliteStore::put(std::string key, std::string value, std::uint64_t expected) {
  if (value.size() > kMaxValue) {
    co_return Error(Errc::TooLarge, "the metadata under " + key + " has more than " + std::to_string(kMaxValue) +
                                        " bytes, the most that a meta store takes");
  }
  std::uint64_t revision = 0;
  std::function<Status()> work = [&]() -> Status {
    BRYO_CHECK(check_revision(key, expected));
    BRYO_CHECK(run("UPDATE last SET revision = revision + 1"));
    Statement last(*this, "SELECT revision FROM last");
    BRYO_CHECK(last.step());
    revision = last.number(0);
    Statement replace(*this, "INSERT OR REPLACE INTO entries VALUES (?, ?, ?)");
    BRYO_CHECK(replace.bind(key).bind(value).bind(revision).step());
    return {};
  };
  BRYO_CO_CHECK(co_await change(std::move(work)));
  co_return revision;
}

Task<Status> SqliteStore::erase(std::string key, std::uint64_t expected) {
  std::function<Status()> work = [&]() -> Status {
    BRYO_CHECK(check_revision(key, expected));
    Statement erase(*this, "DELETE FROM entries WHERE key = ?");
    BRYO_CHECK(erase.bind(key).step());
    return {};
  };
  co_return co_await change(std::move(work));
}

Task<Status> SqliteStore::alone(std::function<Status()> work) {
  std::function<Status()> locked = [this, &work] {
    const std::scoped_lock lock(mutex_);
    return work();
  };
  co_return co_await blocking_.run(std::move(locked));
}

Task<Status> SqliteStore::change(std::function<Status()> work) {
  std::function<Status()> transaction = [this, &work]() -> Status {
    BRYO_CHECK(run("BEGIN IMMEDIATE"));
    Status done = work();
    if (done) done = run("COMMIT");
    if (!done) (void)run("ROLLBACK");
    return done;
  };
  co_return co_await alone(std::move(transaction));
}

Status SqliteStore::run(const char* sql) {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return failed("cannot change the metadata");
}

Result<std::uint64_t> SqliteStore::revision_of(const std::string& key) {
  Statement select(*this, "SELECT revision FROM entries WHERE key = ?");
  BRYO_TRY(row, select.bind(key).step());
  return row ? select.number(0) : 0;
}

Status SqliteStore::check_revision(const std::string& key, std::uint64_t expected) {
  BRYO_TRY(revision, revision_of(key));
  if (revision == expected) return {};
  return Error(Errc::Conflict, "the metadata under " + key + " was changed in between (revision " +
                                   std::to_string(revision) + ", not " + std::to_string(expected) + ")");
}

Error SqliteStore::failed(const std::string& what) const {
  const int code = sqlite3_errcode(database_.get());
  return Error(code == SQLITE_FULL ? Errc::OutOfSpace : Errc::Io,
               what + ": SQLite says \"" + sqlite3_errmsg(database_.get()) + "\"");
}

}  // namespace sqlite_store
