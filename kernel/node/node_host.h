#pragma once

/// The services of this node, as one plugin sees them.

#include <bryo/host.h>
#include <kernel/plugin/service_registry.h>

#include <string>
#include <utility>

namespace bryo::kernel {

/// The node's parts that plugins reach. References outlive every plugin.
struct NodeServices {
  const NodeIdentity& identity;
  Buckets& buckets;
  Objects& objects;
  Archives& archives;
  Xactions& xactions;
  std::function<std::shared_ptr<const ClusterView>()> cluster;
  Memory& memory;
  BlockingPool& blocking;
  Clock& clock;
  const ServiceRegistry& of_plugins;
};

/// Whose host it is.
struct HostedPlugin {
  std::string name;
  std::vector<std::string> needs;
  std::string spool_dir;
};

class NodeHost final : public Host {
 public:
  NodeHost(const NodeServices& services, std::unique_ptr<Memory> memory, std::unique_ptr<Log> log, HostedPlugin plugin)
      : services_(services), memory_(std::move(memory)), log_(std::move(log)), plugin_(std::move(plugin)) {}

  const NodeIdentity& node() const override { return services_.identity; }
  Buckets& buckets() override { return services_.buckets; }
  Objects& objects() override { return services_.objects; }
  Archives& archives() override { return services_.archives; }
  Xactions& xactions() override { return services_.xactions; }
  std::shared_ptr<const ClusterView> cluster() override { return services_.cluster(); }
  Memory& memory() override { return *memory_; }
  BlockingPool& blocking() override { return services_.blocking; }
  Clock& clock() override { return services_.clock; }
  Log& log() override { return *log_; }
  std::string spool_dir() override { return plugin_.spool_dir; }

 protected:
  Result<OfferedService> find_service(std::string_view name, const std::type_info& type) override {
    BRYO_TRY(offer, services_.of_plugins.find(name, type, plugin_.name, plugin_.needs));
    return OfferedService{std::move(offer.door), std::move(offer.object)};
  }

 private:
  NodeServices services_;
  std::unique_ptr<Memory> memory_;  ///< the plugin's share
  std::unique_ptr<Log> log_;
  HostedPlugin plugin_;
};

}  // namespace bryo::kernel
