#pragma once

/// The reference of a configuration: pages of Markdown made of what kernel and plugins declared. The same declarations
/// give the same text on every machine, so that the pages in `sdk/reference/` can be compared with what the program
/// says.

#include <kernel/config/option_registry.h>
#include <kernel/http/router.h>
#include <kernel/metrics/metrics_registry.h>
#include <kernel/plugin/plugin_host.h>

#include <string>
#include <vector>

namespace bryo::kernel {

struct ReferencePage {
  std::string file;  ///< "options.md"
  std::string text;
};

/// Every key of the configuration file, with its default; values in force are not shown.
[[nodiscard]] std::string option_page(const OptionRegistry& options);
/// Every route: of the kernel from the router, of plugins as they declared it, so also of those that are not enabled.
[[nodiscard]] std::string route_page(const Router& router, const std::vector<PluginDescription>& plugins);
/// Every metric, those of plugins that are not enabled included.
[[nodiscard]] std::string metric_page(std::vector<MetricFamily> metrics, const std::vector<PluginDescription>& plugins);
/// Every plugin with its kinds of jobs, archive formats, backends, meta stores, hooks and services, and where on the
/// other pages its options, metrics and routes stand.
[[nodiscard]] std::string plugin_page(const OptionRegistry& options, const std::vector<PluginDescription>& plugins);

/// Writes all pages into a directory that exists: each whole, and either all of them or, when one cannot be written,
/// none. Fails with NotFound or Io; the sentence names directory or file.
Status write_pages(const std::string& directory, const std::vector<ReferencePage>& pages);

}  // namespace bryo::kernel
