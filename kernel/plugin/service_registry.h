#pragma once

/// What plugins offer to plugins.

#include <bryo/service.h>
#include <kernel/plugin/call_gate.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <typeindex>
#include <vector>

namespace bryo::kernel {

/// One service, as its users get it.
struct ServiceOffer {
  std::shared_ptr<ServiceDoor> door;
  std::shared_ptr<void> object;
};

/// Filled and emptied by the main thread; plugins look services up when they start, one after the other.
class ServiceRegistry {
 public:
  /// Each use of `object` enters `gate`. Fails with Conflict naming both owners when the name is taken, InvalidArgument
  /// when it is malformed, or sentence or object are missing.
  Status add(ServiceSpec spec, std::type_index type, std::shared_ptr<void> object, std::shared_ptr<CallGate> gate);
  /// Takes back what an owner added, and releases it.
  void withdraw(std::string_view owner);
  /// For the plugin `asking`, which needs `needs`. Fails with NotFound when none of those offers it, saying what to
  /// change; InvalidArgument when it is of another type.
  Result<ServiceOffer> find(std::string_view name, std::type_index type, std::string_view asking,
                            const std::vector<std::string>& needs) const;

 private:
  struct Entry {
    std::type_index type;
    ServiceOffer offer;
    std::string owner;
  };
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace bryo::kernel
