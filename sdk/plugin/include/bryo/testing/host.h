#pragma once

/// The host that a plugin gets.

#include <bryo/host.h>
#include <bryo/testing/archives.h>
#include <bryo/testing/buckets.h>
#include <bryo/testing/jobs.h>
#include <bryo/testing/node.h>
#include <bryo/testing/objects.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <typeindex>
#include <typeinfo>
#include <utility>

namespace bryo::testing {

class FakeHost final : public Host {
 public:
  MemoryBuckets bucket_store;
  MemoryObjects object_store;
  MemoryArchives archive_store;
  MemoryXactions jobs;
  MemoryMeter memory_meter;
  InlinePool pool;
  ManualClock test_clock;
  MemoryLog test_log;

  const NodeIdentity& node() const override { return identity_; }
  Buckets& buckets() override { return bucket_store; }
  Objects& objects() override { return object_store; }
  Archives& archives() override { return archive_store; }
  Xactions& xactions() override { return jobs; }
  std::shared_ptr<const ClusterView> cluster() override { return std::make_shared<SingleTarget>("testt"); }
  Memory& memory() override { return memory_meter; }
  BlockingPool& blocking() override { return pool; }
  Clock& clock() override { return test_clock; }
  Log& log() override { return test_log; }
  std::string spool_dir() override { return {}; }
  /// What another plugin would offer. `closed_services` makes every use fail with Unavailable, as if it were drained.
  template <class Interface>
  void offer(std::string name, std::shared_ptr<Interface> object) {
    services_.insert_or_assign(std::move(name), Offered{typeid(Interface), std::move(object)});
  }
  bool closed_services = false;

 protected:
  Result<OfferedService> find_service(std::string_view name, const std::type_info& type) override {
    const auto found = services_.find(name);
    if (found == services_.end()) {
      return Error(Errc::NotFound, "service '" + std::string(name) + "' is offered by nobody");
    }
    if (found->second.type != type) {
      return Error(Errc::InvalidArgument, "service '" + std::string(name) + "' has another type");
    }
    return OfferedService{std::make_shared<Door>(*this), found->second.object};
  }

 private:
  struct Offered {
    std::type_index type;
    std::shared_ptr<void> object;
  };
  struct Door final : ServiceDoor {
    explicit Door(const FakeHost& host) : of(host) {}
    Result<std::shared_ptr<void>> enter() override {
      if (of.closed_services) return Error(Errc::Unavailable, "its plugin is drained");
      return std::make_shared<int>();
    }
    const FakeHost& of;
  };
  std::map<std::string, Offered, std::less<>> services_;
  const NodeIdentity identity_{.gateway_id = "testp", .target_id = "testt"};
};

}  // namespace bryo::testing
