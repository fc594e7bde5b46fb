#include <kernel/plugin/contributions.h>
#include <kernel/plugin/gated.h>
#include <kernel/plugin/gated_backend.h>
#include <kernel/plugin/gated_hook.h>
#include <kernel/plugin/gated_meta_store.h>

#include <algorithm>

namespace bryo::kernel {
namespace {

/// `bryo_<plugin>_<name>`, dots as underscores, unless the plugin gave the full name.
std::string exposition_name(const std::string& plugin, const MetricSpec& spec) {
  if (!spec.exposition.empty()) return spec.exposition;
  std::string out = "bryo_" + plugin + "_" + spec.name;
  std::replace(out.begin(), out.end(), '.', '_');
  return out;
}

Task<Result<Response>> refuse_disabled(std::shared_ptr<const std::string> message) {
  co_return Error(Errc::Unsupported, *message, "ErrUnsupp");
}

}  // namespace

Contributions::Contributions(std::string plugin, std::string doc, OptionRegistry& options, MetricsRegistry& metrics)
    : plugin_(std::move(plugin)), section_("plugin." + plugin_), options_(options), metrics_(metrics) {
  options_.describe(section_, std::move(doc));
  memory_budget_ = option<Size>({.key = "memory_budget",
                                 .default_value = Size{0},
                                 .doc = "Most memory that this plugin may reserve at once; 0: the node's budget alone "
                                        "counts.",
                                 .hot = true});
  max_calls_ = option<std::int64_t>({.key = "max_calls",
                                     .default_value = 0,
                                     .min = 0,
                                     .doc = "Most calls of this plugin at once, further ones are answered 429; 0: any "
                                            "number.",
                                     .hot = true});
}

template <class Metric, class Declare>
Metric& Contributions::declare_metric(MetricSpec spec, Declare declare, std::deque<Metric>& unused) {
  spec.exposition = exposition_name(plugin_, spec);
  list_.metrics.push_back(spec.exposition);
  auto metric = declare(spec);
  if (metric) return **metric;
  refuse(metric.error());
  return unused.emplace_back();
}

Counter& Contributions::counter(MetricSpec spec) {
  return declare_metric<Counter>(
      std::move(spec), [this](const MetricSpec& s) { return metrics_.counter(s, plugin_); }, unused_counters_);
}

Gauge& Contributions::gauge(MetricSpec spec) {
  return declare_metric<Gauge>(
      std::move(spec), [this](const MetricSpec& s) { return metrics_.gauge(s, plugin_); }, unused_gauges_);
}

Histogram& Contributions::histogram(MetricSpec spec) {
  return declare_metric<Histogram>(
      std::move(spec), [this](const MetricSpec& s) { return metrics_.histogram(s, plugin_); }, unused_histograms_);
}

void Contributions::route(RouteSpec spec, RouteHandler handler) {
  list_.routes.push_back(spec);
  routes_.emplace_back(std::move(spec), std::move(handler));
}

void Contributions::xaction(XactionKind kind, XactionFactory factory) {
  list_.kinds.push_back(kind);
  xactions_.emplace_back(std::move(kind), std::move(factory));
}

void Contributions::archive_format(ArchiveFormat format) {
  list_.formats.push_back({format.spec, format.reader != nullptr, format.make_writer != nullptr});
  formats_.push_back(std::move(format));
}

void Contributions::backend(BackendSpec spec, BackendFactory factory) {
  list_.backends.push_back(spec);
  backends_.emplace_back(std::move(spec), std::move(factory));
}

void Contributions::meta_store(MetaStoreSpec spec, MetaStoreFactory factory) {
  list_.meta_stores.push_back(spec);
  meta_stores_.emplace_back(std::move(spec), std::move(factory));
}

void Contributions::object_hook(ObjectHookSpec spec, ObjectHook hook) {
  list_.hooks.push_back(spec);
  hooks_.emplace_back(std::move(spec), std::move(hook));
}

void Contributions::add_service(ServiceSpec spec, const std::type_info& type, std::shared_ptr<void> object) {
  list_.services.push_back(spec);
  services_.push_back({std::move(spec), type, std::move(object)});
}

template <class T>
std::shared_ptr<const OptionCell<T>> Contributions::declare_option(OptionSpec<T> spec) {
  auto fallback = spec.default_value;
  if (spec.api_name.empty()) spec.api_name = section_ + "." + spec.key;
  auto cell = options_.add(section_, std::move(spec));
  if (cell) return *std::move(cell);
  refuse(cell.error());
  return std::make_shared<const OptionCell<T>>(std::move(fallback));
}

std::shared_ptr<const OptionCell<bool>> Contributions::add_option(OptionSpec<bool> spec) {
  return declare_option(std::move(spec));
}
std::shared_ptr<const OptionCell<std::int64_t>> Contributions::add_option(OptionSpec<std::int64_t> spec) {
  return declare_option(std::move(spec));
}
std::shared_ptr<const OptionCell<double>> Contributions::add_option(OptionSpec<double> spec) {
  return declare_option(std::move(spec));
}
std::shared_ptr<const OptionCell<Size>> Contributions::add_option(OptionSpec<Size> spec) {
  return declare_option(std::move(spec));
}
std::shared_ptr<const OptionCell<Duration>> Contributions::add_option(OptionSpec<Duration> spec) {
  return declare_option(std::move(spec));
}
std::shared_ptr<const OptionCell<std::string>> Contributions::add_option(OptionSpec<std::string> spec) {
  return declare_option(std::move(spec));
}
std::shared_ptr<const OptionCell<std::vector<std::string>>> Contributions::add_option(
    OptionSpec<std::vector<std::string>> spec) {
  return declare_option(std::move(spec));
}

void Contributions::refuse(const Error& why) {
  if (status_) status_ = Error(why.code(), "plugin '" + plugin_ + "': " + why.message());
}

Status Contributions::commit(const Registries& registries, const std::shared_ptr<CallGate>& gate) {
  BRYO_CHECK(Status(status_));
  const auto checked = [&](Status status) {
    if (!status) refuse(status.error());
  };
  checked(try_routes(registries.router));
  for (auto& [kind, factory] : xactions_) {
    checked(registries.xactions.add(std::move(kind), factory ? gated(gate, std::move(factory)) : nullptr, plugin_));
  }
  for (ArchiveFormat& format : formats_) checked(registries.archives.add(gated(gate, std::move(format)), plugin_));
  for (auto& [spec, factory] : backends_) {
    checked(registries.backends.add(std::move(spec), factory ? gated(gate, std::move(factory)) : nullptr, plugin_));
  }
  for (auto& [spec, factory] : meta_stores_) {
    checked(registries.meta_stores.add(std::move(spec), factory ? gated(gate, std::move(factory)) : nullptr, plugin_));
  }
  for (auto& [spec, hook] : hooks_) {
    const HookTime time = spec.time;
    checked(registries.hooks.add(std::move(spec), hook ? gated(gate, time, std::move(hook)) : nullptr, plugin_));
  }
  for (OwnService& own : services_) {
    checked(registries.services.add(std::move(own.spec), own.type, std::move(own.object), gate));
  }
  services_.clear();
  if (!status_) {
    registries.services.withdraw(plugin_);
    registries.hooks.withdraw(plugin_);
    registries.meta_stores.withdraw(plugin_);
    registries.backends.withdraw(plugin_);
    registries.xactions.withdraw(plugin_);
    registries.archives.withdraw(plugin_);
    return status_;
  }
  for (auto& [spec, handler] : routes_) {
    checked(registries.router.add(std::move(spec), gated(gate, std::move(handler)), plugin_));
  }
  return status_;
}

/// A route cannot be taken back, so clashes are looked for in a copy of the table.
Status Contributions::try_routes(const Router& router) const {
  Router copy;
  for (const auto& route : router.routes()) BRYO_CHECK(copy.add(route->spec, route->handler, route->owner));
  for (const auto& [spec, handler] : routes_) BRYO_CHECK(copy.add(spec, handler, plugin_));
  return {};
}

void Contributions::commit_as_disabled(const Registries& registries) {
  for (const XactionKind& kind : list_.kinds) registries.xactions.add_disabled(kind, plugin_);
  const auto message = std::make_shared<const std::string>("this needs plugin '" + plugin_ +
                                                           "', which is not enabled: add it to `enable` in [plugins]");
  for (auto& [spec, handler] : routes_) {
    (void)registries.router.add(
        std::move(spec), [message](Request&) { return refuse_disabled(message); }, plugin_);
  }
}

void Contributions::withdraw() {
  options_.remove(section_);
  metrics_.withdraw(plugin_);
}

}  // namespace bryo::kernel
