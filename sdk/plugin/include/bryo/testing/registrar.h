#pragma once

/// The registrar that a plugin declares to.

#include <bryo/registrar.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

namespace bryo::testing {

/// Keeps what a plugin declares. Options have their defaults.
class FakeRegistrar final : public Registrar {
 public:
  Counter& counter(MetricSpec spec) override { return counters_[spec.name]; }
  Gauge& gauge(MetricSpec spec) override { return gauges_[spec.name]; }
  Histogram& histogram(MetricSpec spec) override { return histograms_[spec.name]; }
  void route(RouteSpec spec, RouteHandler handler) override {
    routes.emplace_back(std::move(spec), std::move(handler));
  }
  void xaction(XactionKind kind, XactionFactory factory) override {
    xactions.emplace_back(std::move(kind), std::move(factory));
  }
  void archive_format(ArchiveFormat format) override { formats.push_back(std::move(format)); }
  void backend(BackendSpec spec, BackendFactory factory) override {
    backends.emplace_back(std::move(spec), std::move(factory));
  }
  void meta_store(MetaStoreSpec spec, MetaStoreFactory factory) override {
    meta_stores.emplace_back(std::move(spec), std::move(factory));
  }
  void object_hook(ObjectHookSpec spec, ObjectHook hook) override {
    hooks.emplace_back(std::move(spec), std::move(hook));
  }

  /// The values of a metric, by its internal name; 0 for one that was not declared.
  [[nodiscard]] std::uint64_t counter_value(const std::string& name) const {
    const auto found = counters_.find(name);
    return found == counters_.end() ? 0 : found->second.value();
  }
  [[nodiscard]] const Histogram& histogram_of(const std::string& name) const { return histograms_.at(name); }
  [[nodiscard]] std::size_t metrics() const noexcept { return counters_.size() + gauges_.size() + histograms_.size(); }

  /// The handler of exactly this pattern.
  [[nodiscard]] const RouteHandler& handler(std::string_view pattern) const {
    for (const auto& [spec, handler] : routes) {
      if (spec.pattern == pattern) return handler;
    }
    throw std::out_of_range("no route " + std::string(pattern));
  }
  /// As if the configuration had this value.
  template <class T>
  void set_option(const std::string& key, T value) {
    std::get<Cell<T>>(options_.at(key))->store(std::move(value));
  }

  std::vector<std::pair<RouteSpec, RouteHandler>> routes;
  std::vector<std::pair<XactionKind, XactionFactory>> xactions;
  std::vector<ArchiveFormat> formats;
  std::vector<std::pair<BackendSpec, BackendFactory>> backends;
  std::vector<std::pair<MetaStoreSpec, MetaStoreFactory>> meta_stores;
  std::vector<std::pair<ObjectHookSpec, ObjectHook>> hooks;
  std::map<std::string, std::shared_ptr<void>> services;

 private:
  template <class T>
  using Cell = std::shared_ptr<OptionCell<T>>;
  template <class T>
  std::shared_ptr<const OptionCell<T>> keep(OptionSpec<T> spec) {
    auto cell = std::make_shared<OptionCell<T>>(std::move(spec.default_value));
    options_.insert_or_assign(spec.key, cell);
    return cell;
  }
  std::shared_ptr<const OptionCell<bool>> add_option(OptionSpec<bool> spec) override { return keep(std::move(spec)); }
  std::shared_ptr<const OptionCell<std::int64_t>> add_option(OptionSpec<std::int64_t> spec) override {
    return keep(std::move(spec));
  }
  std::shared_ptr<const OptionCell<double>> add_option(OptionSpec<double> spec) override {
    return keep(std::move(spec));
  }
  std::shared_ptr<const OptionCell<Size>> add_option(OptionSpec<Size> spec) override { return keep(std::move(spec)); }
  std::shared_ptr<const OptionCell<Duration>> add_option(OptionSpec<Duration> spec) override {
    return keep(std::move(spec));
  }
  std::shared_ptr<const OptionCell<std::string>> add_option(OptionSpec<std::string> spec) override {
    return keep(std::move(spec));
  }
  std::shared_ptr<const OptionCell<std::vector<std::string>>> add_option(
      OptionSpec<std::vector<std::string>> spec) override {
    return keep(std::move(spec));
  }

  void add_service(ServiceSpec spec, const std::type_info&, std::shared_ptr<void> object) override {
    services.insert_or_assign(std::move(spec.name), std::move(object));
  }

  std::map<std::string, Counter> counters_;
  std::map<std::string, Gauge> gauges_;
  std::map<std::string, Histogram> histograms_;
  std::map<std::string, std::variant<Cell<bool>, Cell<std::int64_t>, Cell<double>, Cell<Size>, Cell<Duration>,
                                     Cell<std::string>, Cell<std::vector<std::string>>>>
      options_;
};

}  // namespace bryo::testing
