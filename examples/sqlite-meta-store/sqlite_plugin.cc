#include <bryo/plugin.h>

#include "sqlite_store.h"

namespace sqlite_store {

class SqlitePlugin final : public bryo::Plugin {
 public:
  bryo::Status declare(bryo::Registrar& registrar) override {
    registrar.meta_store(
        {.name = "sqlite", .doc = "A SQLite database in the node's own directory."},
        [](const bryo::MetaStorePlace& place) { return SqliteStore::open(place.directory, place.blocking); });
    return {};
  }
};

}  // namespace sqlite_store

BRYO_PLUGIN(meta_sqlite, sqlite_store::SqlitePlugin, "0.1.0", "Keeps the metadata of a node in SQLite.");
