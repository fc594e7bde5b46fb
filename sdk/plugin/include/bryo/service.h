#pragma once

/// Services: interfaces that plugins offer to the plugins that need them.
///
/// The provider writes an abstract class into a header that it ships, and offers an object of it in `declare`:
///
///   registrar.service<Index>({.name = "index", .doc = "Finds samples."}, index_);
///
/// Whoever lists the provider in its `needs` (BRYO_PLUGIN_NEEDS) takes it in `start`, and enters it for each use:
///
///   BRYO_CO_TRY(index, host.service<Index>("index"));     // keep it
///   BRYO_CO_TRY(use, index.use());                         // per call
///   use->find("sample");

#include <bryo/result.h>

#include <memory>
#include <string>
#include <typeinfo>
#include <utility>

namespace bryo {

/// Declaration of a service.
struct ServiceSpec {
  std::string name;  ///< unique on the node: [a-z][a-z0-9_.]{0,63}
  std::string doc;   ///< one sentence
};

/// The server's side of one service. Thread-safe.
class ServiceDoor {
 public:
  virtual ~ServiceDoor() = default;
  /// Begins a call of the provider, which ends when what is answered is released. Unavailable while the provider is
  /// drained or stops.
  virtual Result<std::shared_ptr<void>> enter() = 0;
};

/// A use of a service, under way: a drain of the provider waits for it, so hold it no longer than one call needs it.
template <class Interface>
class ServiceUse {
 public:
  ServiceUse(Interface& interface, std::shared_ptr<void> entered)
      : entered_(std::move(entered)), interface_(&interface) {}
  Interface* operator->() const noexcept { return interface_; }
  Interface& operator*() const noexcept { return *interface_; }

 private:
  std::shared_ptr<void> entered_;
  Interface* interface_;
};

/// A service of another plugin. Copyable, thread-safe; valid until the plugin that took it has stopped, which is before
/// the provider stops.
template <class Interface>
class Service {
 public:
  Service() = default;
  Service(std::shared_ptr<ServiceDoor> door, std::shared_ptr<Interface> interface)
      : door_(std::move(door)), interface_(std::move(interface)) {}
  /// Fails with Unavailable while the provider is drained: answer that, or go on without it. What the interface throws
  /// counts as the caller's.
  Result<ServiceUse<Interface>> use() const {
    BRYO_TRY(entered, door_->enter());
    return ServiceUse<Interface>(*interface_, std::move(entered));
  }

 private:
  std::shared_ptr<ServiceDoor> door_;
  std::shared_ptr<Interface> interface_;
};

}  // namespace bryo
