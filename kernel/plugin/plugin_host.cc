#include <kernel/config/nearest.h>
#include <kernel/plugin/plugin_file.h>
#include <kernel/plugin/plugin_host.h>
#include <kernel/plugin/static_plugins.h>
#include <kernel/plugin/time_limit.h>

#include <algorithm>
#include <filesystem>

namespace bryo::kernel {
namespace {

/// For what only its author knows.
constexpr const char* kWayOut = "; correct that, or take it out of `enable` in [plugins]";
/// Calls that were cancelled at the deadline get this long to end.
constexpr std::chrono::seconds kLeastGrace{2};
/// A plugin may use this much for its `stop` even if draining took all the time there was.
constexpr std::chrono::seconds kLeastStop{2};

std::string text(std::chrono::nanoseconds limit) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(limit).count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

Task<Status> call_start(Plugin& plugin, Host& host) { co_return co_await plugin.start(host); }
Task<Status> call_stop(Plugin& plugin) {
  co_await plugin.stop();
  co_return Status{};
}

Task<Status> start_within(Plugin& plugin, Host& host, std::chrono::nanoseconds limit) {
  LimitedOutcome outcome = co_await within(call_start(plugin, host), Deadline::after(limit));
  if (outcome.status || outcome.status.error().code() != Errc::Timeout) co_return outcome.status;
  co_return Error(Errc::Timeout, "it was not ready after " + text(limit));
}

}  // namespace

std::string_view name_of(PluginState state) noexcept {
  switch (state) {
    case PluginState::Refused:
      return "refused";
    case PluginState::Skipped:
      return "skipped";
    case PluginState::Disabled:
      return "disabled";
    case PluginState::Declared:
      return "declared";
    case PluginState::Running:
      return "running";
    case PluginState::Draining:
      return "draining";
    case PluginState::Drained:
      return "drained";
    case PluginState::Stopped:
      return "stopped";
  }
  return "refused";
}

struct PluginHost::Loaded {
  PluginDescription description;
  const PluginDescriptor* descriptor = nullptr;
  std::shared_ptr<CallGate> gate;
  Counter* calls = nullptr;
  Counter* errors = nullptr;
  Counter* holds = nullptr;
  std::unique_ptr<Host> host;      // outlives the plugin, which refers to it
  std::unique_ptr<Plugin> plugin;  // destroyed before what it contributed to goes away
  std::unique_ptr<Contributions> contributions;

  [[nodiscard]] const std::string& name() const { return description.name; }
  [[nodiscard]] bool refused() const { return !description.error.empty(); }
  [[nodiscard]] std::vector<std::string> needs() const {
    std::vector<std::string> out;
    if (descriptor == nullptr || descriptor->needs == nullptr) return out;
    for (const char* const* need = descriptor->needs; *need != nullptr; ++need) out.emplace_back(*need);
    return out;
  }
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

Status PluginHost::check_directories() const {
  auto named = config_.extra_directories;
  if (config_.directory != default_plugin_directory()) named.push_back(config_.directory);
  for (const std::string& directory : named) {
    std::error_code ec;
    if (std::filesystem::is_directory(directory, ec)) continue;
    return Error(Errc::InvalidArgument, "[plugins] names the directory " + directory +
                                            ", which does not exist or cannot be read: correct dir and extra_dirs");
  }
  return {};
}

std::string PluginHost::pin_of(std::string_view name) const {
  for (const std::string& pin : config_.sha256) {
    if (pin.size() > name.size() && pin.starts_with(name) && pin[name.size()] == '=')
      return pin.substr(name.size() + 1);
  }
  return {};
}

Status PluginHost::check_pins() const {
  const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  for (const std::string& pin : config_.sha256) {
    const auto equals = std::min(pin.find('='), pin.size());
    const auto digits = std::string_view(pin).substr(std::min(equals + 1, pin.size()));
    if (is_plugin_name(std::string_view(pin).substr(0, equals)) && digits.size() == 64 &&
        std::all_of(digits.begin(), digits.end(), hex)) {
      continue;
    }
    return Error(Errc::InvalidArgument, "[plugins] sha256 has \"" + pin.substr(0, 128) +
                                            "\", which is not NAME=SHA256: give the 64 digits that sha256sum prints");
  }
  return {};
}

Status PluginHost::declare_all() {
  BRYO_CHECK(check_directories());
  BRYO_CHECK(check_pins());
  const std::vector<std::string>& enabled = config_.enable;
  const auto enabled_times = [&](const std::string& name) { return std::count(enabled.begin(), enabled.end(), name); };
  const auto passes = [&](const Status& status) { return status || config_.skip_refused || config_.safe_mode; };
  for (const std::string& name : enabled) {
    if (enabled_times(name) > 1) {
      return Error(Errc::InvalidArgument, "plugin '" + name + "' is listed twice in [plugins] enable");
    }
    if (auto loaded = load_one(name); !passes(loaded)) return loaded;
  }
  BRYO_CHECK(order_by_needs());
  for (const auto& p : plugins_) {
    if (p->refused()) continue;
    if (auto declared = declare_one(*p); !passes(declared)) return declared;
  }
  for (const std::string& name : config_.show_all ? found() : in_tree()) {
    if (enabled_times(name) == 0 && find(name) == nullptr) add_disabled(name);
  }
  return count_refused();
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
  BRYO_TRY(found, find_plugin(name, directories, in_tree()));
  path = found;
  BRYO_CHECK(check_trusted(name, path));
  if (const std::string pin = pin_of(name); !pin.empty()) BRYO_CHECK(check_pin(name, path, pin));
  BRYO_TRY(tag, read_abi_tag(name, path));
  BRYO_CHECK(check_abi_tag(name, tag, BRYO_ABI_TAG));
  return load_plugin(name, path);
}

Status PluginHost::load_one(const std::string& name) {
  Loaded& p = *plugins_.emplace_back(std::make_unique<Loaded>());
  p.description.name = name;
  p.gate = std::make_shared<CallGate>(name);
  const auto ours = in_tree();
  if (config_.safe_mode && std::find(ours.begin(), ours.end(), name) == ours.end()) {
    const Error skipped(Errc::Unavailable, "plugin '" + name + "': not loaded, because of --safe-mode");
    set_state(p, PluginState::Skipped, skipped.message());
    return skipped;
  }
  auto descriptor = descriptor_of(name, p.description.path);
  if (!descriptor) return refuse(p, descriptor.error());
  p.descriptor = *descriptor;
  p.description.version = p.descriptor->version;
  p.description.doc = p.descriptor->doc;
  p.description.needs = p.needs();
  return {};
}

/// Every plugin after those it needs.
Status PluginHost::order_by_needs() {
  for (const auto& p : plugins_) {
    for (const std::string& need : p->needs()) {
      if (find(need) != nullptr) continue;
      auto status = refuse(*p, Error(Errc::InvalidArgument, "plugin '" + p->name() + "': needs '" + need +
                                                                "', which is not enabled: add it to `enable` in "
                                                                "[plugins]"));
      if (!config_.skip_refused && !config_.safe_mode) return status;
      break;
    }
  }
  std::vector<std::unique_ptr<Loaded>> ordered;
  const auto placed = [&](const std::string& name) {
    return std::any_of(ordered.begin(), ordered.end(), [&](const auto& p) { return p->name() == name; });
  };
  while (!plugins_.empty()) {
    auto next = std::find_if(plugins_.begin(), plugins_.end(), [&](const auto& p) {
      const auto needs = p->needs();
      return p->refused() || std::all_of(needs.begin(), needs.end(), placed);
    });
    if (next == plugins_.end()) {
      next = plugins_.begin();
      const auto needs = (*next)->needs();
      const auto open = std::find_if_not(needs.begin(), needs.end(), placed);
      auto status =
          refuse(**next, Error(Errc::InvalidArgument, "plugin '" + (*next)->name() + "': needs '" + *open +
                                                          "', which needs it in turn; take one of them out of "
                                                          "`enable` in [plugins]"));
      if (!config_.skip_refused) return status;
    }
    ordered.push_back(std::move(*next));
    plugins_.erase(next);
  }
  plugins_ = std::move(ordered);
  return {};
}

Status PluginHost::declare_one(Loaded& p) {
  for (const std::string& need : p.needs()) {
    if (!find(need)->refused()) continue;
    return refuse(p, Error(Errc::InvalidArgument, "plugin '" + p.name() + "': needs '" + need +
                                                      "', which was refused; correct that one first"));
  }
  // First, so that no plugin can take the names of the kernel's own numbers.
  BRYO_CHECK(count_calls(p));
  if (auto declared = make_and_declare(p, registries_.metrics); !declared) return refuse(p, declared.error());
  if (auto committed = p.contributions->commit(registries_, p.gate); !committed) return refuse(p, committed.error());
  p.gate->set_terms({p.contributions->max_calls(), *p.calls, *p.errors});
  p.description.contributed = p.contributions->list();
  set_state(p, PluginState::Declared);
  return {};
}

void PluginHost::add_disabled(const std::string& name) {
  // Nobody asked for it, so nothing about it may fail the node; what is wrong shows in `describe`.
  if (!load_one(name)) return;
  Loaded& p = *plugins_.back();
  if (auto declared = make_and_declare(p, nowhere_); !declared) {
    (void)refuse(p, declared.error());
    return;
  }
  p.description.contributed = p.contributions->list();
  p.contributions->commit_as_disabled(registries_);
  set_state(p, PluginState::Disabled);
}

Status PluginHost::count_refused() {
  auto& metrics = registries_.metrics;
  metrics.withdraw("plugin host");
  BRYO_TRY(refused, metrics.gauge({.name = "plugins.refused",
                                   .help = "Plugins that are enabled but were refused.",
                                   .exposition = "bryo_plugins_refused"},
                                  "plugin host"));
  const auto enabled = [this](const std::string& name) {
    return std::find(config_.enable.begin(), config_.enable.end(), name) != config_.enable.end();
  };
  refused->set(std::count_if(plugins_.begin(), plugins_.end(), [&](const auto& p) {
    return p->description.state == PluginState::Refused && enabled(p->name());
  }));
  return {};
}

/// The kernel's own numbers about a plugin.
Status PluginHost::count_calls(Loaded& p) {
  const Labels labels = {{"plugin", p.name()}};
  auto& metrics = registries_.metrics;
  BRYO_TRY(calls,
           metrics.counter({.name = "plugin.calls.total", .help = "Calls that entered a plugin."}, "kernel", labels));
  BRYO_TRY(errors, metrics.counter({.name = "plugin.errors.total", .help = "Calls of a plugin that failed or threw."},
                                   "kernel", labels));
  BRYO_TRY(holds, metrics.counter({.name = "plugin.loop.holds.total",
                                   .help = "Calls of a plugin that held an event loop longer than 50 ms."},
                                  "kernel", labels));
  BRYO_CHECK(metrics.computed_gauge(
      {.name = "plugin.in.flight",
       .help = "Calls of a plugin that are under way.",
       .exposition = "bryo_plugin_in_flight"},
      "kernel", [gate = p.gate] { return static_cast<double>(gate->running()); }, labels));
  p.calls = calls;
  p.errors = errors;
  p.holds = holds;
  return {};
}

Status PluginHost::make_and_declare(Loaded& p, MetricsRegistry& metrics) {
  const auto failed = [&](Errc code, const std::string& why) {
    return Error(code, "plugin '" + p.name() + "': " + why);
  };
  p.contributions = std::make_unique<Contributions>(p.name(), p.descriptor->doc, registries_.options, metrics);
  const char* step = "constructor";
  try {
    p.plugin.reset(p.descriptor->create());
    step = "declare";
    if (!p.plugin) return failed(Errc::Internal, std::string("its create function made nothing") + kWayOut);
    const Status declared = p.plugin->declare(*p.contributions);
    if (!declared) return failed(declared.error().code(), "it refuses: " + declared.error().message() + kWayOut);
    return {};
  } catch (const std::exception& e) {
    return failed(Errc::Internal, "its " + std::string(step) + " threw: " + e.what() + kWayOut);
  } catch (...) {
    return failed(Errc::Internal, "its " + std::string(step) + " threw something without a text" + kWayOut);
  }
}

Status PluginHost::start_all(const MakeHost& make_host, const RunStatus& run) {
  for (const auto& p : plugins_) {
    if (p->description.state != PluginState::Declared) continue;
    BRYO_TRY(host, make_host(p->description, p->contributions->memory_budget()));
    p->host = std::move(host);
    auto started = run(start_within(*p->plugin, *p->host, config_.start_limit));
    if (!started) {
      const Error why =
          named(*p, Error(started.error().code(), "it did not start: " + started.error().message() + kWayOut));
      set_state(*p, PluginState::Declared, why.message());
      // A start that was broken off may still be suspended somewhere, so the plugin stays.
      if (started.error().code() == Errc::Timeout) (void)(p->plugin.release(), p->host.release());
      return why;
    }
    p->gate->open();
    set_state(*p, PluginState::Running);
  }
  return {};
}

void PluginHost::stop_all(Deadline deadline, const RunVoid& run, Log& log) {
  // A drain under way has had its time.
  for (const auto& p : plugins_) p->gate->set_patient(false);
  const std::scoped_lock turn(turn_);
  for (const auto& p : plugins_) p->gate->set_patient(true);
  const auto was_started = [this](const Loaded& p) {
    const std::scoped_lock lock(mutex_);
    const PluginState state = p.description.state;
    return state == PluginState::Running || state == PluginState::Draining || state == PluginState::Drained;
  };
  for (auto it = plugins_.rbegin(); it != plugins_.rend(); ++it) {
    Loaded& p = **it;
    if (was_started(p)) stop_one(p, deadline, run, log);
    registries_.services.withdraw(p.name());
    p.plugin.reset();
    p.host.reset();
  }
}

void PluginHost::cancel_calls() {
  for (const auto& p : plugins_) p->gate->cancel_running();
}

void PluginHost::stop_one(Loaded& p, Deadline deadline, const RunVoid& run, Log& log) {
  const auto leave_alone = [&](std::string why) {
    log.error("a plugin did not stop", {{"plugin", p.name()}, {"why", why}});
    set_state(p, PluginState::Draining, std::move(why));
    // Never destroyed: calls that did not end refer to it, and the process ends soon.
    (void)(p.plugin.release(), p.host.release());
  };
  set_state(p, PluginState::Draining);
  if (!p.gate->close_and_wait(CallGate::Closed::Stopping, deadline,
                              Deadline(std::max(deadline.at(), Deadline::after(kLeastGrace).at())))) {
    return leave_alone(std::to_string(p.gate->running()) + " of its calls did not end in the time allowed");
  }
  const Deadline limit(std::max(deadline.at(), Deadline::after(kLeastStop).at()));
  auto outcome = std::make_shared<LimitedOutcome>();
  const auto stop = [](Plugin& plugin, Deadline until, std::shared_ptr<LimitedOutcome> out) -> Task<void> {
    *out = co_await within(call_stop(plugin), until);
  };
  run(stop(*p.plugin, limit, outcome));
  if (outcome->abandoned) return leave_alone("its stop did not end in the time allowed");
  if (!outcome->status) {
    log.warning("a plugin stopped with an error", {{"plugin", p.name()}, {"why", outcome->status.error().message()}});
  }
  set_state(p, PluginState::Stopped, outcome->status ? std::string() : outcome->status.error().message());
}

Status PluginHost::drain(std::string_view name, Deadline deadline) {
  BRYO_TRY(p, known(name));
  const std::scoped_lock turn(turn_);
  const PluginState state = describe(name)->state;
  if (state == PluginState::Drained) return {};
  if (state != PluginState::Running && state != PluginState::Draining) {
    return Error(Errc::Conflict, "plugin '" + p->name() + "' is " + std::string(name_of(state)) +
                                     ": only a running plugin can be drained");
  }
  const auto& stores = p->description.contributed.meta_stores;
  if (std::any_of(stores.begin(), stores.end(), [&](const auto& spec) { return spec.name == config_.meta_store; })) {
    return Error(Errc::Conflict, "plugin '" + p->name() + "' keeps the metadata of this node ([meta_store] kind = \"" +
                                     config_.meta_store + "\"), so it cannot be drained while the node runs");
  }
  set_state(*p, PluginState::Draining);
  const Deadline grace(std::max(deadline.at(), Deadline::after(kLeastGrace).at()));
  if (!p->gate->close_and_wait(CallGate::Closed::Drained, deadline, grace)) {
    const std::string why = std::to_string(p->gate->running()) + " of its calls did not end in the time allowed";
    set_state(*p, PluginState::Draining, why);
    return Error(Errc::Timeout,
                 "plugin '" + p->name() + "': " + why + "; it takes no new ones, drain it again or start it");
  }
  set_state(*p, PluginState::Drained);
  return {};
}

Status PluginHost::start(std::string_view name) {
  BRYO_TRY(p, known(name));
  const std::scoped_lock turn(turn_);
  const PluginState state = describe(name)->state;
  if (state == PluginState::Running) return {};
  if (state != PluginState::Drained && state != PluginState::Draining) {
    return Error(Errc::Conflict, "plugin '" + p->name() + "' is " + std::string(name_of(state)) +
                                     ": only a drained plugin can be started; for others change [plugins] and restart "
                                     "the node");
  }
  p->gate->open();
  set_state(*p, PluginState::Running);
  return {};
}

void PluginHost::count_hold(std::string_view name) {
  if (const Loaded* p = find(name); p != nullptr && p->holds != nullptr) p->holds->add();
}

std::vector<PluginDescription> PluginHost::describe() const {
  std::vector<PluginDescription> out;
  const std::scoped_lock lock(mutex_);
  for (const auto& p : plugins_) out.push_back(describe_locked(*p));
  return out;
}

Result<PluginDescription> PluginHost::describe(std::string_view name) const {
  BRYO_TRY(p, known(name));
  const std::scoped_lock lock(mutex_);
  return describe_locked(*p);
}

PluginDescription PluginHost::describe_locked(const Loaded& p) const {
  PluginDescription d = p.description;
  d.calls = p.gate->calls();
  d.errors = p.gate->errors();
  d.exceptions = p.gate->exceptions();
  d.last_error = p.gate->last_error();
  d.running = p.gate->running();
  return d;
}

Result<PluginHost::Loaded*> PluginHost::known(std::string_view name) const {
  if (Loaded* p = find(name)) return p;
  std::vector<std::string> names;
  for (const auto& p : plugins_) names.push_back(p->name());
  return Error(Errc::NotFound, "plugin '" + std::string(name.substr(0, 64)) + "' is not known to this node" +
                                   did_you_mean(name, names));
}

std::vector<std::string> PluginHost::found() const {
  std::vector<std::string> names = in_tree();
  for (const std::string& directory : config_.extra_directories) {
    for (std::string& name : plugins_in(directory)) names.push_back(std::move(name));
  }
  return names;
}

PluginHost::Loaded* PluginHost::find(std::string_view name) const {
  const auto found = std::find_if(plugins_.begin(), plugins_.end(), [&](const auto& p) { return p->name() == name; });
  return found == plugins_.end() ? nullptr : found->get();
}

Error PluginHost::named(const Loaded& p, const Error& error) {
  const std::string who = "plugin '" + p.name() + "'";
  std::string why = error.message();
  if (why.starts_with(who + ": ")) why.erase(0, who.size() + 2);
  const std::string& path = p.description.path;
  return Error(error.code(), who + (path.empty() ? "" : " (" + path + ")") + ": " + why);
}

Status PluginHost::refuse(Loaded& p, const Error& error) {
  Error why = named(p, error);
  set_state(p, PluginState::Refused, why.message());
  if (p.contributions) p.contributions->withdraw();
  return why;
}

void PluginHost::set_state(Loaded& p, PluginState state, std::string error) {
  const std::scoped_lock lock(mutex_);
  p.description.state = state;
  p.description.error = std::move(error);
}

}  // namespace bryo::kernel
