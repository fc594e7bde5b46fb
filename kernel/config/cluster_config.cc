#include <kernel/config/cluster_config.h>
#include <kernel/config/cluster_keys.h>
#include <kernel/config/feature_flags.h>
#include <kernel/config/value_text.h>
#include <kernel/store/snapshot.h>

#include <array>
#include <atomic>
#include <ctime>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>

namespace bryo::kernel {
namespace {

using nlohmann::json;

/// API name -> value.
using Layer = std::map<std::string, OptionValue>;

/// In the order of their precedence.
enum Layers : std::size_t { ClusterStored, ClusterTransient, NodeStored, NodeTransient, LayerCount };

std::size_t layer_of(ConfigScope scope, ConfigLifetime lifetime) {
  const std::size_t first = scope == ConfigScope::Cluster ? ClusterStored : NodeStored;
  return lifetime == ConfigLifetime::Stored ? first : first + 1;
}

/// The reference's form: "2026-11-21 02:39:56.874269133 +0000 UTC".
std::string go_time_text(std::int64_t unix_ns) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const auto seconds = static_cast<std::time_t>(unix_ns / kSecond);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 40> text;
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S.", &utc);
  return text.data() + std::to_string(kSecond + unix_ns % kSecond).substr(1) + " +0000 UTC";
}

std::uint64_t bits_of(const OptionValue& names) {
  const auto bits = feature_bits_of(std::get<std::vector<std::string>>(names));
  return bits ? *bits : 0;
}

json document_value(const std::string& name, const OptionValue& value) {
  return name == kFeatures ? json(std::to_string(bits_of(value))) : json_value(value);
}

json& at_path(json& root, const std::string& dotted) {
  json* at = &root;
  std::size_t from = 0;
  for (std::size_t dot = dotted.find('.'); dot != std::string::npos; dot = dotted.find('.', from)) {
    at = &(*at)[dotted.substr(from, dot - from)];
    from = dot + 1;
  }
  return (*at)[dotted.substr(from)];
}

/// A JSON scalar or list as `set-config` would write it.
Result<std::string> text_of(const std::string& name, const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return value.dump();
  if (value.is_null()) return Error(Errc::InvalidArgument, "invalid " + name + "=null (give a value)");
  std::string out;
  for (const auto& item : value) {
    if (!item.is_string()) return Error(Errc::InvalidArgument, "invalid " + name + " (a list must hold strings)");
    out += (out.empty() ? "" : ",") + item.get<std::string>();
  }
  return out;
}

/// Depth is bounded by the names that exist: whatever is deeper is unknown.
constexpr int kDeepestName = 4;

Status flatten(const json& partial, const std::string& prefix, int depth,
               std::vector<std::pair<std::string, std::string>>& out) {
  for (const auto& [key, value] : partial.items()) {
    const std::string name = prefix.empty() ? key : prefix + "." + key;
    if (value.is_object()) {
      if (depth == kDeepestName) return Error(Errc::InvalidArgument, "unknown property \"" + name + "\"");
      BRYO_CHECK(flatten(value, name, depth + 1, out));
      continue;
    }
    BRYO_TRY(text, text_of(name, value));
    out.emplace_back(name, std::move(text));
  }
  return {};
}

/// Keys that must fit each other. `values` has every name.
Status check_together(const Layer& values) {
  const auto number = [&](const char* name) { return std::get<std::int64_t>(values.at(name)); };
  const auto bytes = [&](const char* name) { return std::get<Size>(values.at(name)); };
  const auto wrong = [](std::string why) { return Error(Errc::InvalidArgument, std::move(why)); };
  if (bytes("log.max_total").bytes / 2 < bytes("log.max_size").bytes) {
    return wrong("invalid log.max_total=" + size_text(bytes("log.max_total")) +
                 " (must be at least twice log.max_size, " + size_text(bytes("log.max_size")) + ")");
  }
  const auto cleanup = number("space.cleanupwm"), low = number("space.lowwm"), high = number("space.highwm"),
             full = number("space.out_of_space");
  if (cleanup > low || low >= high || high >= full) {
    return wrong("invalid space (must be cleanupwm <= lowwm < highwm < out_of_space; they are " +
                 std::to_string(cleanup) + ", " + std::to_string(low) + ", " + std::to_string(high) + " and " +
                 std::to_string(full) + ")");
  }
  const auto idle = number("disk.disk_util_low_wm"), busy = number("disk.disk_util_high_wm"),
             most = number("disk.disk_util_max_wm");
  if (idle >= busy || busy >= most) {
    return wrong("invalid disk (must be disk_util_low_wm < disk_util_high_wm < disk_util_max_wm; they are " +
                 std::to_string(idle) + ", " + std::to_string(busy) + " and " + std::to_string(most) + ")");
  }
  const auto features = feature_bits_of(std::get<std::vector<std::string>>(values.at(std::string(kFeatures))));
  if (!features) return features.error();
  return {};
}

}  // namespace

struct ClusterConfig::State {
  /// What a change replaces as a whole.
  struct Values {
    std::array<Layer, LayerCount> layers;
    std::int64_t version = 1;
    std::string updated;

    [[nodiscard]] const OptionValue* find(const std::string& name, ConfigScope scope) const {
      const std::size_t top = scope == ConfigScope::Cluster ? ClusterTransient : NodeTransient;
      for (std::size_t layer = top + 1; layer-- > 0;) {
        if (const auto found = layers[layer].find(name); found != layers[layer].end()) return &found->second;
      }
      return nullptr;
    }
  };

  State(OptionRegistry& options, Clock& time) : registry(options), clock(time) {}

  OptionRegistry& registry;
  Clock& clock;
  Keeper keeper;
  std::vector<std::function<void()>> listeners;

  std::mutex mutex;  ///< of what follows, and held while the keeper works
  Values values;
  std::string uuid;
  std::string primary_url;
  std::array<Snapshot<json>, 2> documents;
  std::atomic<std::int64_t> version{0};
  std::atomic<std::uint64_t> features{0};

  [[nodiscard]] Layer effective(const Values& from, ConfigScope scope) const {
    Layer out;
    for (const auto& option : registry.api_options()) {
      const auto* set = from.find(option.name, scope);
      out.emplace(option.name, set != nullptr ? *set : option.seed ? option.default_value : option.in_file);
    }
    return out;
  }

  [[nodiscard]] json document_of(ConfigScope scope) const {
    json out = json::object();
    for (const auto& option : registry.api_options()) {
      const auto* set = values.find(option.name, scope);
      const OptionValue& value = set != nullptr ? *set : option.seed ? option.default_value : option.in_file;
      if (option.secret || (!option.always_shown && value == option.default_value)) continue;
      at_path(out, option.name) = document_value(option.name, value);
    }
    if (!out.contains("backend")) out["backend"] = json::object();
    out["uuid"] = uuid;
    out["lastupdate_time"] = values.updated;
    out["config_version"] = std::to_string(values.version);
    for (const char* name : {"primary_url", "original_url", "discovery_url"}) out["proxy"][name] = primary_url;
    return out;
  }

  /// Makes `values` what everybody sees.
  void publish() {
    for (const ConfigScope scope : {ConfigScope::Cluster, ConfigScope::Node}) {
      documents[static_cast<std::size_t>(scope)].store(std::make_shared<const json>(document_of(scope)));
    }
    version.store(values.version);
    const Layer node = effective(values, ConfigScope::Node);
    features.store(bits_of(node.at(std::string(kFeatures))));
    Layer over_file;
    for (const auto& option : registry.api_options()) {
      if (option.seed || values.find(option.name, ConfigScope::Node) != nullptr) {
        over_file.emplace(option.name, node.at(option.name));
      }
    }
    registry.apply_api(over_file);
  }

  [[nodiscard]] static json stored(const Values& from) {
    const auto layer = [](const Layer& values_of) {
      json out = json::object();
      for (const auto& [name, value] : values_of) out[name] = document_value(name, value);
      return out;
    };
    return {{"config_version", from.version},
            {"lastupdate_time", from.updated},
            {"cluster", layer(from.layers[ClusterStored])},
            {"node", layer(from.layers[NodeStored])}};
  }

  Status check(const Values& next) const {
    BRYO_CHECK(check_together(effective(next, ConfigScope::Cluster)));
    return check_together(effective(next, ConfigScope::Node));
  }

  [[nodiscard]] Result<OptionValue> read(const std::string& name, const std::string& text,
                                         OptionRegistry::ApiCheck when) const {
    if (name != kFeatures) return registry.check_api(name, text, when);
    BRYO_TRY(bits, parse_feature_bits(text));
    return OptionValue(feature_names_of(bits));
  }

  void restore_layer(Layer& into, const json& from, std::vector<std::string>& notes) const {
    if (!from.is_object()) return;
    for (const auto& [name, stored_value] : from.items()) {
      auto text = text_of(name, stored_value);
      auto value = text ? read(name, *text, OptionRegistry::ApiCheck::Starting) : Result<OptionValue>(text.error());
      if (value) {
        into[name] = *std::move(value);
      } else {
        notes.push_back("stored cluster configuration: " + value.error().message() + "; the default is used instead");
      }
    }
  }

  Status begin(std::vector<std::string>& notes, const json& kept);
  Status change(ConfigScope scope, ConfigLifetime lifetime,
                const std::vector<std::pair<std::string, std::string>>& changes);
  /// Under the mutex: keeps, then publishes.
  Status commit(Values next, bool keep);
  void tell() const {
    for (const auto& listener : listeners) listener();
  }
};

Status ClusterConfig::State::begin(std::vector<std::string>& notes, const json& kept) {
  if (!kept.is_object()) {
    for (const auto& option : registry.api_options()) {
      if (option.seed && option.in_file != option.default_value)
        values.layers[ClusterStored][option.name] = option.in_file;
    }
    values.updated = go_time_text(clock.unix_ns());
    BRYO_CHECK(check(values));
    if (keeper) BRYO_CHECK(keeper(stored(values)));
    publish();
    return {};
  }
  values.version = kept.value("config_version", std::int64_t{1});
  values.updated = kept.value("lastupdate_time", std::string());
  restore_layer(values.layers[ClusterStored], kept.value("cluster", json::object()), notes);
  restore_layer(values.layers[NodeStored], kept.value("node", json::object()), notes);
  BRYO_CHECK(check(values));
  for (const auto& option : registry.api_options()) {
    const auto* set = values.find(option.name, ConfigScope::Cluster);
    const OptionValue& current = set != nullptr ? *set : option.default_value;
    if (!option.seed || option.in_file == option.default_value || option.in_file == current) continue;
    notes.push_back(option.name + " = " + toml_text(option.in_file) +
                    " in the file is not used: " + toml_text(current) + " is stored, and only the API changes it");
  }
  publish();
  return {};
}

Status ClusterConfig::State::commit(Values next, bool keep) {
  BRYO_CHECK(check(next));
  if (keep && keeper) BRYO_CHECK(keeper(stored(next)));
  values = std::move(next);
  publish();
  return {};
}

Status ClusterConfig::State::change(ConfigScope scope, ConfigLifetime lifetime,
                                    const std::vector<std::pair<std::string, std::string>>& changes) {
  const std::lock_guard lock(mutex);
  Values next = values;
  for (const auto& [name, text] : changes) {
    if (is_read_only_cluster_name(name)) {
      return Error(Errc::InvalidArgument, "property \"" + name + "\" is filled by the node itself and cannot be set");
    }
    BRYO_TRY(value, read(name, text, OptionRegistry::ApiCheck::Running));
    if (scope == ConfigScope::Node && !may_differ_on_a_node(name)) {
      return Error(Errc::InvalidArgument,
                   "property \"" + name + "\" is the same on all nodes; set it in the cluster configuration");
    }
    const std::size_t layer = layer_of(scope, lifetime);
    // A stored value would stay hidden behind a transient one.
    if (lifetime == ConfigLifetime::Stored) next.layers[layer + 1].erase(name);
    next.layers[layer][name] = std::move(value);
  }
  const bool keep = lifetime == ConfigLifetime::Stored;
  if (keep && scope == ConfigScope::Cluster) ++next.version;
  if (keep) next.updated = go_time_text(clock.unix_ns());
  return commit(std::move(next), keep);
}

Status ClusterConfig::declare(OptionRegistry& registry) {
  for (const auto& key : cluster_keys()) BRYO_CHECK(registry.add_cluster_key(key));
  registry.describe("cluster.features", "Feature flags by name; the API writes them as the number of their bits.");
  return {};
}

ClusterConfig::ClusterConfig(OptionRegistry& registry, Clock& clock)
    : state_(std::make_unique<State>(registry, clock)) {}
ClusterConfig::~ClusterConfig() = default;

Result<std::vector<std::string>> ClusterConfig::start(const json& stored, Keeper keeper) {
  const std::lock_guard lock(state_->mutex);
  state_->keeper = std::move(keeper);
  std::vector<std::string> notes;
  try {
    BRYO_CHECK(state_->begin(notes, stored));
  } catch (const json::exception& e) {
    return Error(Errc::InvalidArgument, std::string("the stored cluster configuration is damaged: ") + e.what());
  }
  return notes;
}

void ClusterConfig::set_identity(std::string uuid, std::string primary_url) {
  const std::lock_guard lock(state_->mutex);
  state_->uuid = std::move(uuid);
  state_->primary_url = std::move(primary_url);
  state_->publish();
}

std::shared_ptr<const json> ClusterConfig::document(ConfigScope scope) const {
  return state_->documents[static_cast<std::size_t>(scope)].load();
}

std::int64_t ClusterConfig::version() const { return state_->version.load(); }
std::uint64_t ClusterConfig::features() const { return state_->features.load(); }

Status ClusterConfig::set(ConfigScope scope, ConfigLifetime lifetime,
                          const std::vector<std::pair<std::string, std::string>>& changes) {
  BRYO_CHECK(state_->change(scope, lifetime, changes));
  state_->tell();
  return {};
}

Status ClusterConfig::merge(ConfigScope scope, ConfigLifetime lifetime, const json& partial) {
  if (!partial.is_object()) return Error(Errc::InvalidArgument, "the configuration to set must be a JSON object");
  std::vector<std::pair<std::string, std::string>> changes;
  BRYO_CHECK(flatten(partial, "", 1, changes));
  // A client that read the whole document and sends it back sends these too.
  const auto current = document(scope);
  std::erase_if(changes, [&](const auto& change) {
    if (!is_read_only_cluster_name(change.first)) return false;
    std::string pointer = "/" + change.first;
    for (char& c : pointer) c = c == '.' ? '/' : c;
    const json::json_pointer at(pointer);
    return current->contains(at) && current->at(at) == json(change.second);
  });
  return set(scope, lifetime, changes);
}

Status ClusterConfig::reset() {
  {
    const std::lock_guard lock(state_->mutex);
    State::Values next = state_->values;
    for (const std::size_t layer : {ClusterTransient, NodeStored, NodeTransient}) next.layers[layer].clear();
    BRYO_CHECK(state_->commit(std::move(next), true));
  }
  state_->tell();
  return {};
}

void ClusterConfig::on_change(std::function<void()> then) { state_->listeners.push_back(std::move(then)); }

}  // namespace bryo::kernel
