#include <kernel/metrics/metrics_registry.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <variant>

namespace bryo::kernel {
namespace {

using Computed = std::function<double()>;
using Instrument = std::variant<std::unique_ptr<Counter>, std::unique_ptr<Gauge>, std::unique_ptr<Histogram>, Computed>;

/// All samples under one exposition name.
struct Family {
  std::string name;   ///< internal, with dots
  std::string help;   ///
  std::string owner;  ///
  std::string_view type;
  bool computed = false;
  std::vector<std::string> labels;  ///< names
  std::map<Labels, Instrument> samples;
};

template <class T>
constexpr std::string_view type_of = "gauge";
template <>
constexpr std::string_view type_of<Counter> = "counter";
template <>
constexpr std::string_view type_of<Histogram> = "histogram";

std::string exposition_name(const MetricSpec& spec, const std::string& owner) {
  if (!spec.exposition.empty()) return spec.exposition;
  std::string name = owner == "kernel" ? "bryo_" + spec.name : "bryo_" + owner + "_" + spec.name;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

Status check(const MetricSpec& spec, const std::string& exposition, const std::string& owner, const Labels& labels) {
  const std::string who = "metric '" + exposition + "' of '" + owner + "'";
  if (spec.name.empty()) return Error(Errc::InvalidArgument, who + " has no internal name, such as \"get.n\"");
  if (!is_metric_name(exposition)) {
    return Error(Errc::InvalidArgument,
                 who + " must be named by letters, digits, '_' and ':', not starting with a digit");
  }
  if (spec.help.empty())
    return Error(Errc::InvalidArgument, who + " has no help text; say in one sentence what it counts");
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto& label = labels[i].first;
    if (!is_label_name(label) || label == "node_id" || label == "le") {
      return Error(Errc::InvalidArgument, who + " cannot have a label '" + label +
                                              "': letters, digits and '_' only, and node_id and le are the server's");
    }
    if (i > 0 && labels[i - 1].first == label) {
      return Error(Errc::InvalidArgument, who + " has the label '" + label + "' twice");
    }
  }
  return {};
}

Labels overflow_labels(Labels labels) {
  for (auto& [name, value] : labels) value = "other";
  return labels;
}

void append_histogram(std::string& out, const std::string& name, const Labels& labels, const Histogram& histogram) {
  std::uint64_t below = 0;
  for (std::size_t i = 0; i <= Histogram::kBoundsUs.size(); ++i) {
    below += histogram.bucket(i);
    const bool unbounded = i == Histogram::kBoundsUs.size();
    const std::string bound = unbounded ? "+Inf" : number_text(static_cast<double>(Histogram::kBoundsUs[i]) / 1e6);
    out.append(name).append("_bucket").append(label_text(labels, "le=\"" + bound + "\""));
    out.append(" ").append(std::to_string(below)).append("\n");
  }
  const std::string text = label_text(labels);
  out.append(name).append("_sum").append(text).append(" ");
  out.append(number_text(static_cast<double>(histogram.sum_ns()) / 1e9)).append("\n");
  // The count is the sum of the buckets read above, so that a page never contradicts itself.
  out.append(name).append("_count").append(text).append(" ").append(std::to_string(below)).append("\n");
}

void append_sample(std::string& out, const std::string& name, const Labels& labels, const Instrument& instrument) {
  if (const auto* histogram = std::get_if<std::unique_ptr<Histogram>>(&instrument)) {
    append_histogram(out, name, labels, **histogram);
    return;
  }
  out.append(name).append(label_text(labels)).append(" ");
  if (const auto* counter = std::get_if<std::unique_ptr<Counter>>(&instrument)) {
    out.append(std::to_string((*counter)->value()));
  } else if (const auto* gauge = std::get_if<std::unique_ptr<Gauge>>(&instrument)) {
    out.append(std::to_string((*gauge)->value()));
  } else {
    out.append(number_text(std::get<Computed>(instrument)()));
  }
  out.append("\n");
}

}  // namespace

struct MetricsRegistry::State {
  mutable std::shared_mutex mutex;  ///< of the maps; instruments are atomic
  std::string node_id;
  std::string gateway_id;
  std::map<std::string, Family> families;  ///< by exposition name, the order of the page
  std::vector<Family> withdrawn;           ///< kept for who still holds a reference

  static Family family_of(const MetricSpec& spec, const std::string& owner, const Labels& labels, std::string_view type,
                          bool computed) {
    Family out{spec.name, spec.help, owner, type, computed, {}, {}};
    for (const auto& [name, value] : labels) out.labels.push_back(name);
    return out;
  }

  /// The place of a new sample, or of the overflow sample, which may be there already.
  Result<Instrument*> place(const MetricSpec& spec, const std::string& owner, Labels labels, std::string_view type,
                            bool computed) {
    const std::string exposition = exposition_name(spec, owner);
    std::sort(labels.begin(), labels.end());
    BRYO_CHECK(check(spec, exposition, owner, labels));
    auto found = families.find(exposition);
    if (found == families.end()) {
      found = families.emplace(exposition, family_of(spec, owner, labels, type, computed)).first;
    }
    Family& family = found->second;
    if (family.owner != owner || family.samples.contains(labels)) {
      return Error(Errc::Conflict, "metric '" + exposition + "' of '" + owner + "' is already registered by '" +
                                       family.owner + "'; give it another name");
    }
    if (family.type != type || family.computed != computed) {
      return Error(Errc::Conflict, "metric '" + exposition + "' of '" + owner + "' is a " + std::string(type) +
                                       " here and a " + std::string(family.type) + " elsewhere; give it another name");
    }
    if (family.samples.size() >= kMaxSamples) labels = overflow_labels(std::move(labels));
    return &family.samples[std::move(labels)];
  }

  template <class T>
  Result<T*> add(const MetricSpec& spec, const std::string& owner, Labels labels) {
    const std::unique_lock lock(mutex);
    BRYO_TRY(place, this->place(spec, owner, std::move(labels), type_of<T>, false));
    auto* held = std::get_if<std::unique_ptr<T>>(place);
    if (held == nullptr || *held == nullptr) held = &place->template emplace<std::unique_ptr<T>>(std::make_unique<T>());
    return held->get();
  }

  [[nodiscard]] const std::string& node_id_of(const std::string& exposition) const {
    return exposition.starts_with("ais_proxy_") && !gateway_id.empty() ? gateway_id : node_id;
  }
};

MetricsRegistry::MetricsRegistry(std::string node_id) : state_(std::make_unique<State>()) {
  state_->node_id = std::move(node_id);
}
MetricsRegistry::~MetricsRegistry() = default;

Result<Counter*> MetricsRegistry::counter(const MetricSpec& spec, const std::string& owner, Labels labels) {
  return state_->add<Counter>(spec, owner, std::move(labels));
}
Result<Gauge*> MetricsRegistry::gauge(const MetricSpec& spec, const std::string& owner, Labels labels) {
  return state_->add<Gauge>(spec, owner, std::move(labels));
}
Result<Histogram*> MetricsRegistry::histogram(const MetricSpec& spec, const std::string& owner, Labels labels) {
  return state_->add<Histogram>(spec, owner, std::move(labels));
}

Status MetricsRegistry::histogram_family(const MetricSpec& spec, const std::string& owner,
                                         const std::vector<std::string>& labels) {
  const std::string exposition = exposition_name(spec, owner);
  Labels names;
  for (const std::string& name : labels) names.emplace_back(name, "");
  std::sort(names.begin(), names.end());
  BRYO_CHECK(check(spec, exposition, owner, names));
  const std::unique_lock lock(state_->mutex);
  const auto [place, added] =
      state_->families.try_emplace(exposition, State::family_of(spec, owner, names, type_of<Histogram>, false));
  if (!added) {
    return Error(Errc::Conflict, "metric '" + exposition + "' of '" + owner + "' is already registered by '" +
                                     place->second.owner + "'; give it another name");
  }
  return {};
}

Status MetricsRegistry::computed_gauge(const MetricSpec& spec, const std::string& owner, std::function<double()> value,
                                       Labels labels) {
  const std::unique_lock lock(state_->mutex);
  BRYO_TRY(place, state_->place(spec, owner, std::move(labels), "gauge", true));
  *place = std::move(value);
  return {};
}

void MetricsRegistry::withdraw(const std::string& owner) {
  const std::unique_lock lock(state_->mutex);
  for (auto at = state_->families.begin(); at != state_->families.end();) {
    if (at->second.owner != owner) {
      ++at;
      continue;
    }
    state_->withdrawn.push_back(std::move(at->second));
    at = state_->families.erase(at);
  }
}

void MetricsRegistry::set_node_id(std::string node_id) {
  const std::unique_lock lock(state_->mutex);
  state_->node_id = std::move(node_id);
}

void MetricsRegistry::set_gateway_id(std::string gateway_id) {
  const std::unique_lock lock(state_->mutex);
  state_->gateway_id = std::move(gateway_id);
}

std::vector<MetricFamily> MetricsRegistry::families() const {
  const std::shared_lock lock(state_->mutex);
  std::vector<MetricFamily> out;
  for (const auto& [exposition, family] : state_->families) {
    out.push_back({exposition, std::string(family.type), family.help, family.owner, family.labels});
  }
  return out;
}

std::string MetricsRegistry::prometheus_text() const {
  const std::shared_lock lock(state_->mutex);
  std::string out;
  for (const auto& [exposition, family] : state_->families) {
    if (family.samples.empty()) continue;
    out.append("# HELP ").append(exposition).append(" ").append(escape_help(family.help)).append("\n");
    out.append("# TYPE ").append(exposition).append(" ").append(family.type).append("\n");
    const std::string& node_id = state_->node_id_of(exposition);
    for (const auto& [labels, instrument] : family.samples) {
      Labels all = labels;
      if (!node_id.empty()) all.emplace_back("node_id", node_id);
      std::sort(all.begin(), all.end());
      append_sample(out, exposition, all, instrument);
    }
  }
  return out;
}

std::vector<std::pair<std::string, std::int64_t>> MetricsRegistry::tracker(std::string_view exposition_prefix) const {
  const std::shared_lock lock(state_->mutex);
  std::map<std::string, std::int64_t> values;
  for (const auto& [exposition, family] : state_->families) {
    if (!exposition.starts_with(exposition_prefix)) continue;
    for (const auto& [labels, instrument] : family.samples) {
      if (const auto* counter = std::get_if<std::unique_ptr<Counter>>(&instrument)) {
        values[family.name] += static_cast<std::int64_t>((*counter)->value());
      } else if (const auto* gauge = std::get_if<std::unique_ptr<Gauge>>(&instrument)) {
        values[family.name] += (*gauge)->value();
      } else if (const auto* computed = std::get_if<Computed>(&instrument)) {
        values[family.name] += static_cast<std::int64_t>((*computed)());
      }
    }
  }
  return {values.begin(), values.end()};
}

}  // namespace bryo::kernel
