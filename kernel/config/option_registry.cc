#include <kernel/config/cluster_keys.h>
#include <kernel/config/declared_option.h>
#include <kernel/config/nearest.h>
#include <kernel/config/option_pages.h>
#include <kernel/config/option_registry.h>
#include <kernel/config/toml_tree.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

namespace bryo::kernel {
namespace {

constexpr std::string_view kPluginRoot = "plugin";

/// `[a-z][a-z0-9_]*`, with dots between.
bool is_dotted_name(std::string_view name) {
  bool at_start = true;
  for (char c : name) {
    const bool letter = c >= 'a' && c <= 'z';
    if (at_start ? !letter : (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '.')) return false;
    at_start = c == '.';
  }
  return !at_start;
}

AnyOptionCell make_cell(const OptionValue& value) {
  return std::visit(
      [](const auto& v) { return AnyOptionCell(std::make_shared<OptionCell<std::decay_t<decltype(v)>>>(v)); }, value);
}

OptionState state_of(const DeclaredOption& option) {
  return {option.key,
          option.api_name,
          option.doc,
          std::string(type_word(option.default_value)),
          allowed_text(option),
          option.value,
          option.default_value,
          option.hot,
          !option.by_api && has_reference(option.written),
          option.seed,
          option.effective};
}

std::string below(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

}  // namespace

struct OptionRegistry::State {
  using Staged = std::vector<std::pair<DeclaredOption*, WrittenValue>>;

  mutable std::mutex mutex;
  std::vector<std::unique_ptr<DeclaredOption>> options;
  std::vector<std::pair<std::string, std::string>> sections;  ///< name and doc, in order
  std::set<std::string, std::less<>> aside;

  std::string& doc_of(std::string_view section) {
    for (auto& [name, doc] : sections) {
      if (name == section) return doc;
    }
    return sections.emplace_back(section, "").second;
  }

  [[nodiscard]] DeclaredOption* find_api(std::string_view api_name) const {
    for (const auto& option : options) {
      if (!api_name.empty() && option->api_name == api_name && !option->superseded) return option.get();
    }
    return nullptr;
  }

  Status declare(std::unique_ptr<DeclaredOption> option);

  /// A seed steps back while another option has its API name.
  void settle_api_names() {
    for (auto& seed : options) {
      seed->superseded = seed->seed && std::any_of(options.begin(), options.end(), [&](const auto& other) {
                           return !other->seed && other->api_name == seed->api_name;
                         });
    }
  }

  /// Everything of `document` that is declared, checked; what is wrong goes to `problems`.
  struct Walk {
    const State& state;
    const PluginSections& plugins;
    const std::string& directory;
    std::map<std::string, DeclaredOption*, std::less<>> by_path;
    std::set<std::string, std::less<>> tables;  ///< every declared section and what is above it
    Staged staged;
    Problems problems;

    Walk(const State& all, const ConfigDocument& document, const PluginSections& sections);
    void table(const toml::table& from, const std::string& path);
    void entry(const toml::key& key, const toml::node& node, const std::string& path);
    void unknown(const toml::key& key, const toml::node& node, const std::string& path);
    [[nodiscard]] std::vector<std::string> keys_of(const std::string& path) const;
    [[nodiscard]] std::vector<std::string> sections_below(const std::string& path) const;
  };

  Result<Staged> stage(const ConfigDocument& document, const PluginSections& plugins) const {
    Walk walk(*this, document, plugins);
    walk.table(document.tree().root, "");
    BRYO_CHECK(walk.problems.status());
    return std::move(walk.staged);
  }

  /// What an option becomes: its staged value, or the default.
  static const WrittenValue* staged_for(const Staged& staged, const DeclaredOption& option) {
    for (const auto& [target, value] : staged) {
      if (target == &option) return &value;
    }
    return nullptr;
  }

  [[nodiscard]] static bool is_left_out(const DeclaredOption& option, const PluginSections& plugins) {
    return !plugins.check && option.section.starts_with("plugin.");
  }

  [[nodiscard]] std::vector<OptionSection> grouped() const {
    std::vector<OptionSection> out;
    for (const auto& [name, doc] : sections) {
      OptionSection section{name, doc, {}};
      for (const auto& option : options) {
        if (option->section == name && !option->superseded) section.options.push_back(option.get());
      }
      out.push_back(std::move(section));
    }
    return out;
  }
};

Status OptionRegistry::State::declare(std::unique_ptr<DeclaredOption> option) {
  const auto bad = [&](const std::string& why) {
    return Error(Errc::InvalidArgument, "option " + option->shown() + " " + why);
  };
  if (!is_dotted_name(option->section) || !is_dotted_name(option->key)) {
    return bad("must be named by lower-case letters, digits and '_'");
  }
  if (option->doc.empty()) return bad("has no documentation; say in one sentence what it does");
  if (option->min && option->max && *option->min > *option->max) return bad("has a minimum above its maximum");
  const bool is_text = std::holds_alternative<std::string>(option->default_value) ||
                       std::holds_alternative<std::vector<std::string>>(option->default_value);
  if (!is_text && !option->choices.empty()) return bad("has choices, which only strings and lists can have");
  if (auto checked = check_value(*option, option->default_value, toml_text(option->default_value)); !checked) {
    return Error(Errc::InvalidArgument, "default of " + checked.error().message());
  }
  const std::string path = option->path();
  for (const auto& other : options) {
    const std::string taken = other->path();
    if (taken == path) {
      return Error(Errc::Conflict, "option " + option->shown() + " is already declared; give it another name");
    }
    if (taken.starts_with(path + ".") || path.starts_with(taken + ".")) {
      return Error(Errc::Conflict, "option " + option->shown() + " and option " + other->shown() +
                                       " cannot both exist: one is a table where the other is a value");
    }
  }
  if (const auto* other = find_api(option->api_name); other != nullptr && other->seed == option->seed) {
    return Error(Errc::Conflict, "option " + option->shown() + " is '" + option->api_name +
                                     "' in the API, and so is option " + other->shown());
  }
  doc_of(option->section);
  options.push_back(std::move(option));
  settle_api_names();
  return {};
}

OptionRegistry::State::Walk::Walk(const State& all, const ConfigDocument& document, const PluginSections& sections)
    : state(all), plugins(sections), directory(document.directory()) {
  const auto add_tables = [&](std::string path) {
    for (; !path.empty(); path.resize(path.rfind('.') == std::string::npos ? 0 : path.rfind('.'))) tables.insert(path);
  };
  for (const auto& option : state.options) {
    const std::string path = option->path();
    if (!option->superseded) by_path.emplace(path, option.get());
    add_tables(path.substr(0, path.rfind('.')));
  }
  for (const auto& [name, doc] : state.sections) add_tables(name);
  for (const auto& path : state.aside) add_tables(path);
  tables.emplace(kPluginRoot);
}

void OptionRegistry::State::Walk::table(const toml::table& from, const std::string& path) {
  for (auto&& [key, node] : from) entry(key, node, path);
}

void OptionRegistry::State::Walk::entry(const toml::key& key, const toml::node& node, const std::string& path) {
  const std::string full = below(path, key.str());
  if (state.aside.contains(full) || (full == kPluginRoot && !plugins.check)) return;
  if (const auto option = by_path.find(full); option != by_path.end()) {
    auto value = read_value(*option->second, node, directory);
    if (value) {
      staged.emplace_back(option->second, *std::move(value));
    } else {
      problems.add(node.source(), value.error().message());
    }
    return;
  }
  const bool is_known_plugin = path == kPluginRoot && std::find(plugins.known.begin(), plugins.known.end(),
                                                                std::string(key.str())) != plugins.known.end();
  if (tables.contains(full)) {
    if (const auto* deeper = node.as_table()) return table(*deeper, full);
    problems.add(key.source(), "'" + full + "' is a section, not a value; write [" + full + "] and its keys below");
  } else if (!is_known_plugin) {
    unknown(key, node, path);
  }
}

void OptionRegistry::State::Walk::unknown(const toml::key& key, const toml::node& node, const std::string& path) {
  const std::string full = below(path, key.str());
  if (node.is_table() || node.is_array_of_tables()) {
    const std::string shown = "[" + (path.empty() ? "" : path + ".") + shown_key(key.str()) + "]";
    return problems.add(key.source(), "unknown section " + shown + did_you_mean(full, sections_below(path), "[", "]"));
  }
  for (const auto& option : state.options) {
    if (option->superseded && option->path() == full) {
      return problems.add(
          key.source(), option->shown() + " is " + state.find_api(option->api_name)->shown() + " here; write it there");
    }
  }
  if (!path.empty()) return problems.add(key.source(), unknown_key(key.str(), "[" + path + "]", keys_of(path)));
  for (const auto& option : state.options) {
    if (option->key == key.str()) {
      return problems.add(key.source(), "unknown key '" + full + "' outside any section; did you mean it in [" +
                                            option->section + "]?");
    }
  }
  problems.add(key.source(), "unknown key '" + shown_key(key.str()) + "' outside any section");
}

std::vector<std::string> OptionRegistry::State::Walk::keys_of(const std::string& path) const {
  std::vector<std::string> out;
  for (const auto& option : state.options) {
    const std::string full = option->path();
    if (option->superseded || !full.starts_with(path + ".")) continue;
    std::string key = full.substr(path.size() + 1);
    key.resize(std::min(key.size(), key.find('.')));
    if (std::find(out.begin(), out.end(), key) == out.end()) out.push_back(std::move(key));
  }
  return out;
}

std::vector<std::string> OptionRegistry::State::Walk::sections_below(const std::string& path) const {
  std::vector<std::string> out;
  const std::string prefix = path.empty() ? "" : path + ".";
  for (const auto& name : tables) {
    if (name.starts_with(prefix)) out.push_back(name);
  }
  if (path == kPluginRoot) {
    for (const auto& name : plugins.known) out.push_back(below(path, name));
  }
  return out;
}

OptionRegistry::OptionRegistry() : state_(std::make_unique<State>()) {}
OptionRegistry::~OptionRegistry() = default;

template <class T>
Result<std::shared_ptr<const OptionCell<T>>> OptionRegistry::add(std::string_view section, OptionSpec<T> spec) {
  auto cell = std::make_shared<OptionCell<T>>(spec.default_value);
  auto option = std::make_unique<DeclaredOption>();
  option->section = section;
  option->key = std::move(spec.key);
  option->doc = std::move(spec.doc);
  option->api_name = std::move(spec.api_name);
  option->default_value = spec.default_value;
  option->value = option->in_file = option->default_value;
  if (spec.min) option->min = *std::move(spec.min);
  if (spec.max) option->max = *std::move(spec.max);
  option->choices = std::move(spec.choices);
  option->hot = spec.hot;
  option->always_shown = !option->api_name.starts_with("plugin.");  // clients of the reference do not know these
  option->cell = cell;
  const std::lock_guard lock(state_->mutex);
  BRYO_CHECK(state_->declare(std::move(option)));
  return std::shared_ptr<const OptionCell<T>>(std::move(cell));
}

template Result<std::shared_ptr<const OptionCell<bool>>> OptionRegistry::add(std::string_view, OptionSpec<bool>);
template Result<std::shared_ptr<const OptionCell<std::int64_t>>> OptionRegistry::add(std::string_view,
                                                                                     OptionSpec<std::int64_t>);
template Result<std::shared_ptr<const OptionCell<double>>> OptionRegistry::add(std::string_view, OptionSpec<double>);
template Result<std::shared_ptr<const OptionCell<Size>>> OptionRegistry::add(std::string_view, OptionSpec<Size>);
template Result<std::shared_ptr<const OptionCell<Duration>>> OptionRegistry::add(std::string_view,
                                                                                 OptionSpec<Duration>);
template Result<std::shared_ptr<const OptionCell<std::string>>> OptionRegistry::add(std::string_view,
                                                                                    OptionSpec<std::string>);
template Result<std::shared_ptr<const OptionCell<std::vector<std::string>>>> OptionRegistry::add(
    std::string_view, OptionSpec<std::vector<std::string>>);

void OptionRegistry::describe(std::string_view section, std::string doc) {
  const std::lock_guard lock(state_->mutex);
  state_->doc_of(section) = std::move(doc);
}

bool OptionRegistry::has_section(std::string_view section) const {
  const std::lock_guard lock(state_->mutex);
  return std::any_of(state_->sections.begin(), state_->sections.end(),
                     [&](const auto& entry) { return entry.first == section; });
}

void OptionRegistry::set_aside(std::string_view path) {
  const std::lock_guard lock(state_->mutex);
  state_->aside.emplace(path);
}

void OptionRegistry::remove(std::string_view section) {
  const std::lock_guard lock(state_->mutex);
  std::erase_if(state_->options, [&](const auto& option) { return option->section == section; });
  std::erase_if(state_->sections, [&](const auto& entry) { return entry.first == section; });
  state_->settle_api_names();
}

Status OptionRegistry::load(const ConfigDocument& document, const PluginSections& plugins) {
  const std::lock_guard lock(state_->mutex);
  BRYO_TRY(staged, state_->stage(document, plugins));
  for (auto& option : state_->options) {
    if (State::is_left_out(*option, plugins)) continue;
    const auto* found = State::staged_for(staged, *option);
    option->written = found != nullptr ? found->written : std::string();
    option->in_file = found != nullptr ? found->value : option->default_value;
    if (!option->by_api) option->store(option->in_file);
  }
  return {};
}

Status OptionRegistry::load_file(const std::string& file) {
  BRYO_TRY(document, ConfigDocument::read(file));
  return load(document);
}

Status OptionRegistry::load_text(std::string_view toml, std::string name) {
  BRYO_TRY(document, ConfigDocument::parse(toml, std::move(name)));
  return load(document);
}

Result<ReloadReport> OptionRegistry::reload(const ConfigDocument& document, const PluginSections& plugins) {
  const std::lock_guard lock(state_->mutex);
  BRYO_TRY(staged, state_->stage(document, plugins));
  ReloadReport report;
  for (auto& option : state_->options) {
    if (State::is_left_out(*option, plugins)) continue;
    const auto* found = State::staged_for(staged, *option);
    const OptionValue& next = found != nullptr ? found->value : option->default_value;
    if (option->by_api) {
      const bool changed = std::exchange(option->in_file, next) != next;
      if (changed) report.overridden.push_back(option->shown() + " keeps the value that was set by the API");
      continue;
    }
    if (next == option->value) continue;
    // Values that come from a reference may be secrets, and this text goes to the log.
    const bool secret = has_reference(option->written) || (found != nullptr && has_reference(found->written));
    std::string change = option->shown();
    if (!secret) change += ": " + toml_text(option->value) + " -> " + toml_text(next);
    if (!option->hot) {
      report.needs_restart.push_back(std::move(change));
      continue;
    }
    option->in_file = next;
    option->store(next);
    option->written = found != nullptr ? found->written : std::string();
    report.applied.push_back(std::move(change));
  }
  return report;
}

Status OptionRegistry::add_cluster_key(const ClusterKey& key) {
  auto option = std::make_unique<DeclaredOption>();
  const std::size_t dot = key.name.rfind('.');
  const bool nested = dot != std::string::npos;
  option->section = "cluster." + (nested ? key.name.substr(0, dot) : key.name);
  option->key = nested ? key.name.substr(dot + 1) : "set";
  option->doc = key.doc;
  option->api_name = key.name;
  option->default_value = option->value = option->in_file = key.default_value;
  option->min = key.min;
  option->max = key.max;
  option->choices = key.choices;
  option->hot = option->seed = true;
  option->effective = key.effective;
  option->always_shown = key.always_shown;
  option->cell = make_cell(key.default_value);
  const std::lock_guard lock(state_->mutex);
  return state_->declare(std::move(option));
}

std::vector<OptionState> OptionRegistry::section(std::string_view section) const {
  const std::lock_guard lock(state_->mutex);
  std::vector<OptionState> out;
  for (const auto& option : state_->options) {
    if (option->section == section) out.push_back(state_of(*option));
  }
  return out;
}

std::vector<ApiOption> OptionRegistry::api_options() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<ApiOption> out;
  for (const auto& option : state_->options) {
    if (option->api_name.empty() || option->superseded) continue;
    out.push_back({option->api_name, option->default_value, option->in_file, option->seed, option->always_shown,
                   !option->by_api && has_reference(option->written)});
  }
  return out;
}

Result<OptionValue> OptionRegistry::check_api(std::string_view api_name, std::string_view text, ApiCheck when) const {
  const std::lock_guard lock(state_->mutex);
  const auto* option = state_->find_api(api_name);
  const std::string name(api_name);
  if (option == nullptr) return Error(Errc::NotFound, "unknown property \"" + name + "\"").with_status(400);
  if (!option->hot && when == ApiCheck::Running) {
    return Error(Errc::InvalidArgument, name + " cannot change while the node runs; set " + option->shown() +
                                            " in the configuration file and restart the node");
  }
  BRYO_TRY(value, option_value_of(text, option->default_value));
  if (check_value(*option, value, std::string(text))) return value;
  const bool range = option->min && option->max;
  const bool is_text = std::holds_alternative<std::string>(value);
  return Error(Errc::InvalidArgument,
               "invalid " + name + "=" + (is_text ? std::string(text) : bound_text(value)) + " (must be " +
                   (range ? "in range [" + bound_text(*option->min) + ", " + bound_text(*option->max) + "]"
                          : allowed_text(*option)) +
                   ")");
}

void OptionRegistry::apply_api(const std::map<std::string, OptionValue>& values) {
  const std::lock_guard lock(state_->mutex);
  for (auto& option : state_->options) {
    if (option->api_name.empty() || option->superseded) continue;
    const auto found = values.find(option->api_name);
    option->by_api = found != values.end() ? std::optional(found->second) : std::nullopt;
    const OptionValue& next = option->by_api ? *option->by_api : option->in_file;
    if (next != option->value) option->store(next);
  }
}

std::vector<std::string> OptionRegistry::written_without_effect() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<std::string> out;
  for (const auto& option : state_->options) {
    if (option->effective || option->superseded || option->written.empty()) continue;
    out.push_back(option->shown() + " is kept and returned, but has no effect in Bryo");
  }
  return out;
}

std::string OptionRegistry::print() const {
  const std::lock_guard lock(state_->mutex);
  return options_as_toml(state_->grouped());
}

std::vector<SectionState> OptionRegistry::sections() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<SectionState> out;
  for (const OptionSection& section : state_->grouped()) {
    if (section.options.empty()) continue;
    SectionState& next = out.emplace_back(SectionState{section.name, section.doc, {}});
    for (const DeclaredOption* option : section.options) next.options.push_back(state_of(*option));
  }
  return out;
}

}  // namespace bryo::kernel
