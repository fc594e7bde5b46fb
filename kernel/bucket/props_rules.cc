#include <kernel/bucket/props_rules.h>

#include <kernel/wire/api_names.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {
namespace {

using Json = nlohmann::json;
using Tree = nlohmann::ordered_json;

Error unknown_field(const std::string& path) {
  return Error(Errc::InvalidArgument,
               "failed to unmarshal bucket properties, err: cmn.BpropsToSet: found unknown field: " + path);
}

Error wrong_type(const std::string& path, std::string_view expected) {
  return Error(Errc::InvalidArgument,
               "failed to unmarshal bucket properties, err: \"" + path + "\": expecting " + std::string(expected));
}

Error bad_value(const std::string& path, const std::string& value, std::string_view expected) {
  return Error(Errc::InvalidArgument,
               "invalid " + path + " \"" + value.substr(0, 120) + "\" (expecting " + std::string(expected) + ")");
}

Status check_number_text(const std::string& path, const Json& value) {
  if (!value.is_string()) return wrong_type(path, "a string that holds a number");
  const auto& text = value.get_ref<const std::string&>();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size()) return {};
  return bad_value(path, text, "an unsigned 64-bit number");
}

Status check_checksum_type(const std::string&, const Json& value) {
  constexpr std::array<std::string_view, 7> kTypes{"crc32c", "md5", "sha256", "sha512", "xxhash", "xxhash2", "none"};
  if (!value.is_string()) return wrong_type("checksum.type", "a string");
  const auto& type = value.get_ref<const std::string&>();
  if (std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end()) return {};
  return bad_value("checksum type", type, "[crc32c md5 sha256 sha512 xxhash xxhash2 none]");
}

Status check_write_policy(const std::string& path, const Json& value) {
  constexpr std::array<std::string_view, 4> kPolicies{"", "immediate", "delayed", "never"};
  if (!value.is_string()) return wrong_type(path, "a string");
  const auto& policy = value.get_ref<const std::string&>();
  if (std::find(kPolicies.begin(), kPolicies.end(), policy) != kPolicies.end()) return {};
  return bad_value(path, policy, "[immediate delayed never]");
}

template <std::int64_t Low, std::int64_t High>
Status check_between(const std::string& path, const Json& value) {
  if (!value.is_number_integer()) return wrong_type(path, "an integer");
  const auto number = value.get<std::int64_t>();
  const bool wrapped = value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX;
  if (!wrapped && number >= Low && number <= High) return {};
  return bad_value(path, value.dump(), "a number from " + std::to_string(Low) + " to " + std::to_string(High));
}

/// Digits, optionally a fraction, and one of `units`, at least once: "2h0m", "1GiB".
bool has_units(std::string_view text, const std::vector<std::string_view>& units, bool repeated) {
  bool any = false;
  while (!text.empty() && (repeated || !any)) {
    const auto digits = text.find_first_not_of("0123456789.");
    if (digits == 0) return false;
    const auto rest = digits == std::string_view::npos ? std::string_view{} : text.substr(digits);
    const auto unit = std::find_if(units.begin(), units.end(), [&](auto u) { return rest.starts_with(u); });
    if (unit == units.end()) return false;
    text = rest.substr(unit->size());
    any = true;
  }
  return any && text.empty();
}

Status check_duration(const std::string& path, const Json& value) {
  if (!value.is_string()) return wrong_type(path, "a duration such as \"2h0m\"");
  const auto& text = value.get_ref<const std::string&>();
  if (text == "0" || has_units(text, {"ns", "us", "ms", "h", "m", "s"}, true)) return {};
  return bad_value(path, text, "a duration such as \"2h0m\"");
}

Status check_size(const std::string& path, const Json& value) {
  if (!value.is_string()) return wrong_type(path, "a size such as \"64MiB\"");
  const auto& text = value.get_ref<const std::string&>();
  const bool bare = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  if (bare || has_units(text, {"KiB", "MiB", "GiB", "TiB", "KB", "MB", "GB", "TB", "B"}, false)) return {};
  return bad_value(path, text, "a size such as \"64MiB\"");
}

Status refuse_enabling(const std::string& path, const Json& value) {
  if (!value.is_boolean()) return wrong_type(path, "true or false");
  if (!value.get<bool>()) return {};
  return Error(Errc::Unsupported,
               "cannot set " + path + "=true: this node keeps one copy of each object - operation not supported",
               wire::kErrUnsupported);
}

/// Where a client may write, and what. Everything else in the tree is read-only.
struct Rule {
  std::string_view path;
  Status (*check)(const std::string& path, const Json& value);  ///< null: the type of the present value must match
};

constexpr std::array kRules = std::to_array<Rule>({
    {"write_policy.data", check_write_policy},
    {"write_policy.md", check_write_policy},
    {"checksum.type", check_checksum_type},
    {"checksum.validate_cold_get", nullptr},
    {"checksum.validate_warm_get", nullptr},
    {"checksum.validate_obj_move", nullptr},
    {"checksum.enable_read_range", nullptr},
    {"rate_limit.backend.interval", check_duration},
    {"rate_limit.backend.max_tokens", check_between<0, INT64_MAX>},
    {"rate_limit.backend.enabled", nullptr},
    {"rate_limit.backend.num_retries", check_between<0, 100>},
    {"rate_limit.frontend.interval", check_duration},
    {"rate_limit.frontend.max_tokens", check_between<0, INT64_MAX>},
    {"rate_limit.frontend.enabled", nullptr},
    {"rate_limit.frontend.burst_size", check_between<0, INT64_MAX>},
    {"ec.compression", nullptr},
    {"ec.bundle_multiplier", check_between<0, 1024>},
    {"ec.burst_buffer", check_between<0, INT64_MAX>},
    {"ec.objsize_limit", check_between<-1, INT64_MAX>},
    {"ec.data_slices", check_between<1, 32>},
    {"ec.parity_slices", check_between<1, 32>},
    {"ec.enabled", refuse_enabling},
    {"ec.disk_only", nullptr},
    {"chunks.objsize_limit", check_size},
    {"chunks.max_monolithic_size", check_size},
    {"chunks.chunk_size", check_size},
    {"mirror.copies", check_between<0, 32>},
    {"mirror.burst_buffer", check_between<0, INT64_MAX>},
    {"mirror.enabled", refuse_enabling},
    {"lru.dont_evict_time", check_duration},
    {"lru.capacity_upd_time", check_duration},
    {"lru.batch_size", check_between<0, INT64_MAX>},
    {"lru.enabled", nullptr},
    {"access", check_number_text},
    {"features", check_number_text},
    {"versioning.enabled", nullptr},
    {"versioning.validate_warm_get", nullptr},
    {"versioning.synchronize", nullptr},
});

const Rule* rule_of(std::string_view path) {
  const auto* rule = std::find_if(kRules.begin(), kRules.end(), [&](const Rule& r) { return r.path == path; });
  return rule == kRules.end() ? nullptr : rule;
}

Status check_same_type(const std::string& path, const Tree& present, const Json& value) {
  if (present.is_boolean()) return value.is_boolean() ? Status{} : wrong_type(path, "true or false");
  if (present.is_string()) return value.is_string() ? Status{} : wrong_type(path, "a string");
  return value.is_number() ? Status{} : wrong_type(path, "a number");
}

/// `extra.aws.region` and the like are free: what they mean is the backend's business.
Status apply_extra(Tree& tree, const Json& partial) {
  constexpr std::array<std::string_view, 6> kParts{"aws", "gcp", "azure", "oci", "http", "custom"};
  if (!partial.is_object()) return wrong_type("extra", "an object");
  for (const auto& [part, fields] : partial.items()) {
    if (std::find(kParts.begin(), kParts.end(), part) == kParts.end()) return unknown_field("extra." + part);
    if (fields.is_null()) continue;
    if (!fields.is_object()) return wrong_type("extra." + part, "an object");
    for (const auto& [key, value] : fields.items()) {
      if (!value.is_string() && !value.is_number())
        return wrong_type("extra." + part + "." + key, "a text or a number");
      tree[part][key] = value;
    }
  }
  return {};
}

Status apply_below(Tree& tree, const Json& partial, const std::string& parent) {
  for (const auto& [key, value] : partial.items()) {
    const std::string path = parent.empty() ? key : parent + "." + key;
    if (value.is_null()) continue;
    if (parent.empty() && key == "force") {
      if (!value.is_boolean()) return wrong_type(path, "true or false");
      continue;
    }
    const auto present = tree.find(key);
    if (present == tree.end()) return unknown_field(path);
    if (path == "extra") {
      BRYO_CHECK(apply_extra(*present, value));
    } else if (const Rule* rule = rule_of(path)) {
      BRYO_CHECK(rule->check != nullptr ? rule->check(path, value) : check_same_type(path, *present, value));
      *present = value;
    } else if (present->is_object() && std::any_of(kRules.begin(), kRules.end(),
                                                   [&](const Rule& r) { return r.path.starts_with(path + "."); })) {
      if (!value.is_object()) return wrong_type(path, "an object");
      BRYO_CHECK(apply_below(*present, value, path));
    } else {
      return unknown_field(path);
    }
  }
  return {};
}

}  // namespace

Status apply_props(Tree& tree, const Json& partial) {
  if (partial.is_null()) return {};
  if (!partial.is_object()) return wrong_type("value", "an object");
  Tree changed = tree;
  BRYO_CHECK(apply_below(changed, partial, ""));
  tree = std::move(changed);
  return {};
}

}  // namespace bryo::kernel
