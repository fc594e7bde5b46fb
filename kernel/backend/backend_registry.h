#pragma once

/// The backends of the running plugins, by provider.

#include <bryo/backend.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// `AWS backend is missing in the cluster configuration`, 400.
[[nodiscard]] Error missing_backend(std::string_view provider);

/// Backends are added before the node listens and never removed; everything else is thread-safe.
class BackendRegistry {
 public:
  /// Fails with Conflict naming both owners when the provider is taken, InvalidArgument when its name is malformed or
  /// one of the kernel's, or sentence or factory are missing.
  Status add(BackendSpec spec, BackendFactory factory, const std::string& owner);
  /// Takes back what an owner added. Before the first `find`.
  void withdraw(const std::string& owner);

  [[nodiscard]] bool has(std::string_view provider) const;
  /// Made at the first call. Fails with ErrMissingBackend for a provider of the reference that nobody brings,
  /// ErrInvalidBackendProvider for one that does not exist.
  Result<std::shared_ptr<Backend>> find(std::string_view provider) const;

 private:
  struct Entry {
    BackendSpec spec;
    BackendFactory factory;
    std::string owner;
    std::once_flag made;
    std::shared_ptr<Backend> backend;
  };
  std::map<std::string, std::unique_ptr<Entry>, std::less<>> entries_;
};

}  // namespace bryo::kernel
