#pragma once

/// Everything a plugin can contribute. Filled in `Plugin::declare`; the kernel takes all of it or, when one thing is
/// wrong, nothing.

#include <bryo/archive.h>
#include <bryo/backend.h>
#include <bryo/http.h>
#include <bryo/meta_store.h>
#include <bryo/metrics.h>
#include <bryo/option.h>
#include <bryo/xaction.h>

namespace bryo {

class Registrar {
 public:
  virtual ~Registrar() = default;

  /// A key of `[plugin.<name>]`. The handle is valid at once and reads the default until the configuration is loaded.
  template <class T>
  Option<T> option(OptionSpec<T> spec) {
    return Option<T>(add_option(std::move(spec)));
  }

  /// Metrics live until the process ends. A name that is taken makes `declare` fail as a whole.
  virtual Counter& counter(MetricSpec spec) = 0;
  virtual Gauge& gauge(MetricSpec spec) = 0;
  virtual Histogram& histogram(MetricSpec spec) = 0;

  virtual void route(RouteSpec spec, RouteHandler handler) = 0;
  virtual void xaction(XactionKind kind, XactionFactory factory) = 0;
  virtual void archive_format(ArchiveFormat format) = 0;
  virtual void backend(BackendSpec spec, BackendFactory factory) = 0;
  virtual void meta_store(std::string name, MetaStoreFactory factory) = 0;

 protected:
  virtual std::shared_ptr<const OptionCell<bool>> add_option(OptionSpec<bool> spec) = 0;
  virtual std::shared_ptr<const OptionCell<std::int64_t>> add_option(OptionSpec<std::int64_t> spec) = 0;
  virtual std::shared_ptr<const OptionCell<double>> add_option(OptionSpec<double> spec) = 0;
  virtual std::shared_ptr<const OptionCell<Size>> add_option(OptionSpec<Size> spec) = 0;
  virtual std::shared_ptr<const OptionCell<Duration>> add_option(OptionSpec<Duration> spec) = 0;
  virtual std::shared_ptr<const OptionCell<std::string>> add_option(OptionSpec<std::string> spec) = 0;
  virtual std::shared_ptr<const OptionCell<std::vector<std::string>>> add_option(
      OptionSpec<std::vector<std::string>> spec) = 0;
};

}  // namespace bryo
