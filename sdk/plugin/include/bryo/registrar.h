#pragma once

/// Everything a plugin can contribute. Filled in `Plugin::declare`; the kernel takes all of it or, when one thing is
/// wrong, nothing.

#include <bryo/archive.h>
#include <bryo/backend.h>
#include <bryo/hook.h>
#include <bryo/http.h>
#include <bryo/meta_store.h>
#include <bryo/metrics.h>
#include <bryo/option.h>
#include <bryo/service.h>
#include <bryo/xaction.h>

#include <memory>
#include <typeinfo>
#include <utility>

namespace bryo {

class Registrar {
 public:
  virtual ~Registrar() = default;

  /// A key of `[plugin.<name>]`. The handle is valid at once and reads the default until the configuration is loaded.
  template <class T>
  Option<T> option(OptionSpec<T> spec) {
    return Option<T>(add_option(std::move(spec)));
  }

  /// A number that only grows, on `/metrics`. It lives until the process ends. A name that is taken makes `declare`
  /// fail as a whole.
  virtual Counter& counter(MetricSpec spec) = 0;
  /// A number that goes up and down; otherwise like `counter`.
  virtual Gauge& gauge(MetricSpec spec) = 0;
  /// Durations in buckets; otherwise like `counter`.
  virtual Histogram& histogram(MetricSpec spec) = 0;

  /// An HTTP route: verb and path. The kernel checks role and body limit before the handler runs.
  virtual void route(RouteSpec spec, RouteHandler handler) = 0;
  /// A kind of job. The factory makes one object for each run.
  virtual void xaction(XactionKind kind, XactionFactory factory) = 0;
  /// An archive format that batches, reads of members and listings use from then on.
  virtual void archive_format(ArchiveFormat format) = 0;
  /// A provider whose buckets can be read and written like the node's own.
  virtual void backend(BackendSpec spec, BackendFactory factory) = 0;
  /// A place for cluster metadata; the configuration chooses one by name.
  virtual void meta_store(MetaStoreSpec spec, MetaStoreFactory factory) = 0;
  /// Asked before, or told after, something happens to an object.
  virtual void object_hook(ObjectHookSpec spec, ObjectHook hook) = 0;
  /// Offers `object` to the plugins that need this one. It is used between the plugin's start and its stop.
  template <class Interface>
  void service(ServiceSpec spec, std::shared_ptr<Interface> object) {
    add_service(std::move(spec), typeid(Interface), std::move(object));
  }

 protected:
  virtual std::shared_ptr<const OptionCell<bool>> add_option(OptionSpec<bool> spec) = 0;
  virtual std::shared_ptr<const OptionCell<std::int64_t>> add_option(OptionSpec<std::int64_t> spec) = 0;
  virtual std::shared_ptr<const OptionCell<double>> add_option(OptionSpec<double> spec) = 0;
  virtual std::shared_ptr<const OptionCell<Size>> add_option(OptionSpec<Size> spec) = 0;
  virtual std::shared_ptr<const OptionCell<Duration>> add_option(OptionSpec<Duration> spec) = 0;
  virtual std::shared_ptr<const OptionCell<std::string>> add_option(OptionSpec<std::string> spec) = 0;
  virtual std::shared_ptr<const OptionCell<std::vector<std::string>>> add_option(
      OptionSpec<std::vector<std::string>> spec) = 0;
  virtual void add_service(ServiceSpec spec, const std::type_info& type, std::shared_ptr<void> object) = 0;
};

}  // namespace bryo
