#include <kernel/node/node_parts.h>

#include <kernel/reference/pages.h>

#include <algorithm>

namespace bryo::kernel {

Result<std::unique_ptr<Node>> Node::create(const CommandLine& command) {
  BRYO_TRY(configuration, Configuration::open({command.config_file, command.dir, command.listen}));
  auto parts = std::make_unique<Parts>(std::move(configuration));
  parts->safe_mode = command.safe_mode;
  parts->show_all_plugins = command.show_all_plugins;
  BRYO_CHECK(parts->declare());
  return std::unique_ptr<Node>(new Node(std::move(parts)));
}

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Node::~Node() { stop(); }

std::string Node::print_config() const { return parts_->configuration->print(); }

Status Node::write_reference(const std::string& directory) const {
  const Parts& p = *parts_;
  auto plugins = p.plugins->describe();
  std::sort(plugins.begin(), plugins.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  auto metrics = p.metrics.families();
  for (MetricFamily& family : p.plugins->metrics_of_disabled()) metrics.push_back(std::move(family));
  return write_pages(directory, {{"options.md", option_page(p.configuration->options())},
                                 {"metrics.md", metric_page(std::move(metrics), plugins)},
                                 {"routes.md", route_page(p.router, plugins)},
                                 {"plugins.md", plugin_page(p.configuration->options(), plugins)}});
}

std::vector<std::string> Node::remarks() const { return parts_->configuration->remarks(); }
std::string Node::url() const { return parts_->url; }

Status Node::start() {
  Parts& p = *parts_;
  BRYO_CHECK(p.open_own_directory());
  BRYO_CHECK(p.open_data());
  BRYO_CHECK(p.start_plugins());
  return p.listen();
}

void Node::reload() {
  Parts& p = *parts_;
  auto report = p.configuration->reload();
  if (!report) return p.log->error("the configuration was not reread", {{"error", report.error().message()}});
  for (const std::string& change : report->applied) p.log->info("configuration changed", {{"change", change}});
  for (const std::string& change : report->needs_restart) {
    p.log->warning("this change of the configuration needs a restart", {{"change", change}});
  }
  for (const std::string& key : report->overridden) {
    p.log->warning("a change in the file has no effect", {{"key", key}});
  }
  p.apply_hot_settings();
}

std::chrono::milliseconds Node::stop_limit() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(*parts_->keys().drain_timeout) +
         std::chrono::seconds(10);
}

void Node::stop() { parts_->stop(); }

}  // namespace bryo::kernel
