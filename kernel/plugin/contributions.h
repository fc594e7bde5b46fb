#pragma once

/// What one plugin contributes: collected by `declare`, then taken as a whole or not at all.

#include <bryo/registrar.h>
#include <kernel/archive/archive_registry.h>
#include <kernel/backend/backend_registry.h>
#include <kernel/config/option_registry.h>
#include <kernel/hook/hook_registry.h>
#include <kernel/http/router.h>
#include <kernel/meta/meta_store_registry.h>
#include <kernel/metrics/metrics_registry.h>
#include <kernel/plugin/call_gate.h>
#include <kernel/plugin/service_registry.h>
#include <kernel/xaction/xaction_registry.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace bryo::kernel {

/// The registries of the node that contributions go into.
struct Registries {
  OptionRegistry& options;
  MetricsRegistry& metrics;
  Router& router;
  ArchiveRegistry& archives;
  XactionRegistry& xactions;
  BackendRegistry& backends;
  MetaStoreRegistry& meta_stores;
  HookRegistry& hooks;
  ServiceRegistry& services;
};

struct ContributedFormat {
  ArchiveFormatSpec spec;
  bool reads;
  bool writes;
};

/// What a plugin has contributed, to be shown.
struct ContributionList {
  std::vector<RouteSpec> routes;
  std::vector<XactionKind> kinds;
  std::vector<ContributedFormat> formats;
  std::vector<BackendSpec> backends;
  std::vector<MetaStoreSpec> meta_stores;
  std::vector<ObjectHookSpec> hooks;
  std::vector<ServiceSpec> services;
  std::vector<std::string> metrics;  ///< exposition names
};

/// Used by one thread, at the start. The first thing that is wrong is remembered; later calls still work, so that a
/// plugin's `declare` need not check anything.
class Contributions final : public Registrar {
 public:
  Contributions(std::string plugin, std::string doc, OptionRegistry& options, MetricsRegistry& metrics);

  Counter& counter(MetricSpec spec) override;
  Gauge& gauge(MetricSpec spec) override;
  Histogram& histogram(MetricSpec spec) override;
  void route(RouteSpec spec, RouteHandler handler) override;
  void xaction(XactionKind kind, XactionFactory factory) override;
  void archive_format(ArchiveFormat format) override;
  void backend(BackendSpec spec, BackendFactory factory) override;
  void meta_store(MetaStoreSpec spec, MetaStoreFactory factory) override;
  void object_hook(ObjectHookSpec spec, ObjectHook hook) override;

  /// The options that the kernel declares for every plugin.
  [[nodiscard]] const Option<Size>& memory_budget() const noexcept { return memory_budget_; }
  [[nodiscard]] const Option<std::int64_t>& max_calls() const noexcept { return max_calls_; }
  [[nodiscard]] const ContributionList& list() const noexcept { return list_; }

  /// What was wrong first, naming the plugin.
  [[nodiscard]] const Status& status() const noexcept { return status_; }
  /// Hands everything to the registries, calls guarded by `gate`; or, when one thing clashes, nothing.
  Status commit(const Registries& registries, const std::shared_ptr<CallGate>& gate);
  /// For a plugin that is not enabled: its routes and actions answer 501 and say how to enable it, but for those that
  /// an enabled plugin has.
  void commit_as_disabled(const Registries& registries);
  /// Takes back options and metrics, after a refusal.
  void withdraw();

 protected:
  std::shared_ptr<const OptionCell<bool>> add_option(OptionSpec<bool> spec) override;
  std::shared_ptr<const OptionCell<std::int64_t>> add_option(OptionSpec<std::int64_t> spec) override;
  std::shared_ptr<const OptionCell<double>> add_option(OptionSpec<double> spec) override;
  std::shared_ptr<const OptionCell<Size>> add_option(OptionSpec<Size> spec) override;
  std::shared_ptr<const OptionCell<Duration>> add_option(OptionSpec<Duration> spec) override;
  std::shared_ptr<const OptionCell<std::string>> add_option(OptionSpec<std::string> spec) override;
  std::shared_ptr<const OptionCell<std::vector<std::string>>> add_option(
      OptionSpec<std::vector<std::string>> spec) override;
  void add_service(ServiceSpec spec, const std::type_info& type, std::shared_ptr<void> object) override;

 private:
  struct OwnService {
    ServiceSpec spec;
    std::type_index type;
    std::shared_ptr<void> object;
  };
  template <class T>
  std::shared_ptr<const OptionCell<T>> declare_option(OptionSpec<T> spec);
  template <class Metric, class Declare>
  Metric& declare_metric(MetricSpec spec, Declare declare, std::deque<Metric>& unused);
  void refuse(const Error& why);
  [[nodiscard]] Status try_routes(const Router& router) const;

  const std::string plugin_;
  const std::string section_;
  OptionRegistry& options_;
  MetricsRegistry& metrics_;
  Status status_;
  ContributionList list_;
  Option<Size> memory_budget_;
  Option<std::int64_t> max_calls_;
  std::vector<std::pair<RouteSpec, RouteHandler>> routes_;
  std::vector<std::pair<XactionKind, XactionFactory>> xactions_;
  std::vector<ArchiveFormat> formats_;
  std::vector<std::pair<BackendSpec, BackendFactory>> backends_;
  std::vector<std::pair<MetaStoreSpec, MetaStoreFactory>> meta_stores_;
  std::vector<std::pair<ObjectHookSpec, ObjectHook>> hooks_;
  std::vector<OwnService> services_;
  // What refused metrics refer to.
  std::deque<Counter> unused_counters_;
  std::deque<Gauge> unused_gauges_;
  std::deque<Histogram> unused_histograms_;
};

}  // namespace bryo::kernel
