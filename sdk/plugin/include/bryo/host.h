#pragma once

/// What a running plugin may use. Every reference stays valid until the plugin has stopped; every interface is
/// thread-safe unless it says otherwise.

#include <bryo/archive.h>
#include <bryo/http.h>
#include <bryo/objects.h>
#include <bryo/service.h>
#include <bryo/xaction.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

namespace bryo {

/// Structured logging: a constant message and fields.
class Log {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string>>;
  virtual ~Log() = default;
  virtual void debug(std::string_view message, Fields fields = {}) = 0;
  virtual void info(std::string_view message, Fields fields = {}) = 0;
  virtual void warning(std::string_view message, Fields fields = {}) = 0;
  virtual void error(std::string_view message, Fields fields = {}) = 0;
};

/// Bytes taken from a budget; given back by the destructor.
class Reservation {
 public:
  virtual ~Reservation() = default;
};

/// The node's memory budget for requests under way.
class Memory {
 public:
  virtual ~Memory() = default;
  /// Fails with TooManyRequests (and a Retry-After) when `bytes` do not fit beside what is taken.
  virtual Result<std::unique_ptr<Reservation>> reserve(std::uint64_t bytes, std::string_view purpose) = 0;
};

/// The bounded pool for what may block: cold disk reads, compression.
class BlockingPool {
 public:
  virtual ~BlockingPool() = default;
  /// Runs `work` on a pool thread and comes back to the caller's executor. Waits in line when all threads are busy.
  virtual Task<Status> run(std::function<Status()> work) = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual std::chrono::steady_clock::time_point now() const = 0;
  [[nodiscard]] virtual std::int64_t unix_ns() const = 0;
};

/// Who this node is.
struct NodeIdentity {
  std::string gateway_id;  ///< empty without the role
  std::string target_id;   ///< empty without the role
};

/// The cluster map as plugins need it. Snapshots are immutable: take one per request.
class ClusterView {
 public:
  virtual ~ClusterView() = default;
  [[nodiscard]] virtual std::size_t active_targets() const noexcept = 0;
  /// The target that owns `uname` + object (data-protection.md section 1).
  [[nodiscard]] virtual const std::string& owner(std::string_view bucket_uname, std::string_view object) const = 0;
};

/// The node's services.
class Host {
 public:
  virtual ~Host() = default;
  virtual const NodeIdentity& node() const = 0;
  virtual Buckets& buckets() = 0;
  virtual Objects& objects() = 0;
  virtual Archives& archives() = 0;
  virtual Xactions& xactions() = 0;
  virtual std::shared_ptr<const ClusterView> cluster() = 0;
  virtual Memory& memory() = 0;
  virtual BlockingPool& blocking() = 0;
  virtual Clock& clock() = 0;
  virtual Log& log() = 0;
  /// A directory of this plugin for temporary files; emptied at every start.
  virtual std::string spool_dir() = 0;

  /// The service `name` of a plugin that this one lists in its `needs`. Fails with NotFound when none of them offers
  /// it, with InvalidArgument when it is of another type.
  template <class Interface>
  Result<Service<Interface>> service(std::string_view name) {
    BRYO_TRY(offer, find_service(name, typeid(Interface)));
    return Service<Interface>(std::move(offer.door), std::static_pointer_cast<Interface>(std::move(offer.object)));
  }

 protected:
  struct OfferedService {
    std::shared_ptr<ServiceDoor> door;
    std::shared_ptr<void> object;
  };
  virtual Result<OfferedService> find_service(std::string_view name, const std::type_info& type) = 0;
};

}  // namespace bryo
