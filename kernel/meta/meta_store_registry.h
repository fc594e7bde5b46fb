#pragma once

/// The meta stores that plugins bring; `meta_store.kind` chooses one, or the embedded.

#include <bryo/meta_store.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// Used by the main thread, at the start.
class MetaStoreRegistry {
 public:
  static constexpr std::string_view kEmbedded = "embedded";

  /// Fails with Conflict naming both owners when the name is taken, InvalidArgument when it is malformed, or sentence
  /// or factory are missing.
  Status add(MetaStoreSpec spec, MetaStoreFactory factory, const std::string& owner);
  /// Takes back what an owner added. Before `make`.
  void withdraw(std::string_view owner);

  /// Fails with InvalidArgument when `kind` is neither embedded nor of an enabled plugin, naming those that are.
  [[nodiscard]] Status check(std::string_view kind) const;
  /// A store of a kind that passed `check` and is not embedded. Blocks. An error names the plugin.
  Result<std::unique_ptr<MetaStore>> make(std::string_view kind, const MetaStorePlace& place) const;

 private:
  struct Entry {
    MetaStoreFactory factory;
    std::string owner;
  };
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace bryo::kernel
