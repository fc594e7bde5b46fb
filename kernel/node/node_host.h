#pragma once

/// The services of this node, as one plugin sees them.

#include <bryo/host.h>

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
};

class NodeHost final : public Host {
 public:
  NodeHost(const NodeServices& services, std::unique_ptr<Memory> memory, std::unique_ptr<Log> log,
           std::string spool_dir)
      : services_(services), memory_(std::move(memory)), log_(std::move(log)), spool_dir_(std::move(spool_dir)) {}

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
  std::string spool_dir() override { return spool_dir_; }

 private:
  NodeServices services_;
  std::unique_ptr<Memory> memory_;  ///< the plugin's share
  std::unique_ptr<Log> log_;
  std::string spool_dir_;
};

}  // namespace bryo::kernel
