#include <kernel/plugin/plugin_file.h>
#include <kernel/plugin/plugin_host.h>
#include <kernel/plugin/static_plugins.h>

#include <algorithm>
#include <filesystem>

namespace bryo::kernel {

struct PluginHost::Loaded {
  PluginDescription description;
  const PluginDescriptor* descriptor = nullptr;
  std::shared_ptr<CallGate> gate;
  std::unique_ptr<Host> host;      // outlives the plugin, which refers to it
  std::unique_ptr<Plugin> plugin;  // destroyed before what it contributed to goes away
  std::unique_ptr<Contributions> contributions;

  [[nodiscard]] bool active() const { return description.state == PluginState::Declared; }
};

PluginHost::PluginHost(PluginHostConfig config, Registries registries)
    : config_(std::move(config)), registries_(registries) {}
PluginHost::~PluginHost() = default;

std::string default_plugin_directory() {
  std::error_code ec;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ec);
  return (program.parent_path().parent_path() / "lib/bryo/plugins").string();
}

std::vector<std::string> PluginHost::in_tree() const {
  std::vector<std::string> names;
  for (const PluginDescriptor* descriptor : static_plugins()) names.emplace_back(descriptor->name);
  if (names.empty()) names = plugins_in(config_.directory);
  return names;
}

Status PluginHost::declare_all() {
  const std::vector<std::string> known = in_tree();
  const std::vector<std::string>& enabled = config_.enable;
  for (const std::string& name : enabled) {
    if (std::count(enabled.begin(), enabled.end(), name) > 1) {
      return Error(Errc::InvalidArgument, "plugin '" + name + "' is listed twice in [plugins] enable");
    }
    auto declared = declare_one(name, true);
    if (!declared && !config_.skip_refused) return declared;
  }
  BRYO_CHECK(order_by_needs());
  for (const std::string& name : known) {
    if (std::count(enabled.begin(), enabled.end(), name) == 0) BRYO_CHECK(declare_one(name, false));
  }
  return {};
}

Result<const PluginDescriptor*> PluginHost::descriptor_of(const std::string& name, std::string& path) const {
  for (const PluginDescriptor* descriptor : static_plugins()) {
    if (name != descriptor->name) continue;
    path = "(linked in)";
    BRYO_CHECK(check_descriptor(name, *descriptor));
    return descriptor;
  }
  std::vector<std::string> directories = {config_.directory};
  directories.insert(directories.end(), config_.extra_directories.begin(), config_.extra_directories.end());
  BRYO_TRY(found, find_plugin(name, directories));
  path = found;
  BRYO_CHECK(check_trusted(name, path));
  BRYO_TRY(tag, read_abi_tag(name, path));
  BRYO_CHECK(check_abi_tag(name, tag, BRYO_ABI_TAG));
  return load_plugin(name, path);
}

Status PluginHost::declare_one(const std::string& name, bool enabled) {
  auto loaded = std::make_unique<Loaded>();
  Loaded& p = *loaded;
  p.description.name = name;
  plugins_.push_back(std::move(loaded));
  const auto refuse = [&](const Error& error) -> Status {
    p.description.state = PluginState::Refused;
    p.description.error = error.message();
    if (p.contributions) p.contributions->withdraw();
    return error;
  };

  auto descriptor = descriptor_of(name, p.description.path);
  if (!descriptor) return refuse(descriptor.error());
  p.descriptor = *descriptor;
  p.description.version = p.descriptor->version;
  p.description.doc = p.descriptor->doc;
  p.gate = std::make_shared<CallGate>(name);
  p.contributions = std::make_unique<Contributions>(name, p.descriptor->doc, registries_.options,
                                                    enabled ? registries_.metrics : nowhere_);
  Status declared;
  try {
    p.plugin.reset(p.descriptor->create());
    declared = p.plugin->declare(*p.contributions);
  } catch (const std::exception& e) {
    declared = Error(Errc::Internal, "declare failed: " + std::string(e.what()));
  }
  if (!declared) {
    return refuse(Error(declared.error().code(), "plugin '" + name + "': " + declared.error().message()));
  }
  if (!enabled) {
    p.description.state = PluginState::Disabled;
    return p.contributions->commit_as_disabled(registries_.router);
  }
  if (auto committed = p.contributions->commit(registries_, p.gate); !committed) return refuse(committed.error());
  p.description.state = PluginState::Declared;
  return {};
}

/// Every plugin after those it needs.
Status PluginHost::order_by_needs() {
  std::vector<std::unique_ptr<Loaded>> ordered;
  const auto placed = [&](std::string_view name) {
    return std::any_of(ordered.begin(), ordered.end(), [&](const auto& p) { return p->description.name == name; });
  };
  while (!plugins_.empty()) {
    std::string missing;
    const auto ready = std::find_if(plugins_.begin(), plugins_.end(), [&](const auto& p) {
      if (!p->active() || p->descriptor->needs == nullptr) return true;
      for (const char* const* need = p->descriptor->needs; *need != nullptr; ++need) {
        if (placed(*need)) continue;
        missing = "plugin '" + p->description.name + "': needs '" + *need + "', which ";
        const bool listed = std::any_of(plugins_.begin(), plugins_.end(),
                                        [&](const auto& other) { return other->description.name == *need; });
        missing += listed ? "needs it in turn" : "is not enabled: add it to `enable` in [plugins]";
        return false;
      }
      return true;
    });
    if (ready == plugins_.end()) return Error(Errc::InvalidArgument, missing);
    ordered.push_back(std::move(*ready));
    plugins_.erase(ready);
  }
  plugins_ = std::move(ordered);
  return {};
}

Status PluginHost::start_all(const MakeHost& make_host, const RunStatus& run) {
  for (const auto& p : plugins_) {
    if (!p->active()) continue;
    BRYO_TRY(host, make_host(p->description.name));
    p->host = std::move(host);
    auto started = run(p->plugin->start(*p->host));
    if (!started) {
      p->description.error = started.error().message();
      return Error(started.error().code(),
                   "plugin '" + p->description.name + "' did not start: " + started.error().message());
    }
    p->gate->open();
    p->description.state = PluginState::Running;
  }
  return {};
}

void PluginHost::stop_all(Deadline deadline, const RunVoid& run, Log& log) {
  for (auto it = plugins_.rbegin(); it != plugins_.rend(); ++it) {
    Loaded& p = **it;
    if (p.description.state != PluginState::Running) continue;
    p.description.state = PluginState::Draining;
    if (!p.gate->close_and_wait(deadline)) {
      log.warning("a plugin still has calls at the end of the time allowed",
                  {{"plugin", p.description.name}, {"calls", std::to_string(p.gate->running())}});
    }
    run(p.plugin->stop());
    p.description.state = PluginState::Stopped;
  }
}

std::vector<PluginDescription> PluginHost::describe() const {
  std::vector<PluginDescription> out;
  for (const auto& p : plugins_) out.push_back(p->description);
  return out;
}

std::vector<std::string> PluginHost::found() const {
  std::vector<std::string> names = in_tree();
  for (const std::string& directory : config_.extra_directories) {
    for (std::string& name : plugins_in(directory)) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace bryo::kernel
