#include <kernel/bucket/bucket_props.h>

#include <kernel/bucket/props_rules.h>

#include <charconv>

namespace bryo::kernel {
namespace {

using Tree = nlohmann::ordered_json;

/// The tree in the order in which the reference writes it, with its built-in values (recorded default of an ais
/// bucket).
const Tree& built_in() {
  static const Tree kTree = Tree::parse(R"({
    "backend_bck": {"name": "", "provider": "", "namespace": {"uuid": "", "name": ""}},
    "write_policy": {"data": "immediate", "md": "immediate"},
    "provider": "ais",
    "Renamed": "",
    "checksum": {"type": "xxhash2", "validate_cold_get": false, "validate_warm_get": false,
                 "validate_obj_move": false, "enable_read_range": false},
    "extra": {"aws": {}, "gcp": {}, "oci": {}},
    "rate_limit": {"backend": {"interval": "1m", "max_tokens": 1000, "enabled": false, "num_retries": 3},
                   "frontend": {"interval": "1m", "max_tokens": 1000, "enabled": false, "burst_size": 375}},
    "ec": {"compression": "never", "bundle_multiplier": 2, "burst_buffer": 512, "objsize_limit": 262144,
           "data_slices": 2, "parity_slices": 2, "enabled": false, "disk_only": false},
    "chunks": {"objsize_limit": "0B", "max_monolithic_size": "1TiB", "chunk_size": "1GiB"},
    "mirror": {"copies": 2, "burst_buffer": 512, "enabled": false},
    "lru": {"dont_evict_time": "2h0m", "capacity_upd_time": "10m", "batch_size": 32768, "enabled": false},
    "access": "18446744073709551615",
    "features": "0",
    "bid": "0",
    "created": "0",
    "versioning": {"enabled": true, "validate_warm_get": false, "synchronize": false}
  })");
  return kTree;
}

/// Copies the values of `from` where `to` has the key with a value of the same kind: the order stays that of `to`.
void overlay(Tree& to, const nlohmann::json& from) {
  for (auto& [key, value] : to.items()) {
    const auto given = from.find(key);
    if (given == from.end()) continue;
    if (value.is_object() && given->is_object()) {
      overlay(value, *given);
    } else if ((value.is_string() && given->is_string()) || (value.is_boolean() && given->is_boolean()) ||
               (value.is_number() && given->is_number())) {
      value = *given;
    }
  }
}

void copy_sections(Tree& tree, const nlohmann::json& cluster) {
  for (const char* section :
       {"write_policy", "checksum", "rate_limit", "ec", "chunks", "mirror", "lru", "versioning"}) {
    if (const auto given = cluster.find(section); given != cluster.end() && given->is_object()) {
      overlay(tree[section], *given);
    }
  }
}

template <class Json>
std::uint64_t number_of(const Json& text) {
  std::uint64_t value = 0;
  if (text.is_string()) {
    const auto& digits = text.template get_ref<const std::string&>();
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
  }
  return value;
}

/// Every key of the built-in tree is there with the same kind of value: the constructor may then rely on it.
bool same_shape(const Tree& expected, const Tree& tree) {
  if (expected.is_object()) {
    if (!tree.is_object()) return false;
    for (const auto& [key, value] : expected.items()) {
      const auto given = tree.find(key);
      if (given == tree.end() || !same_shape(value, *given)) return false;
    }
    return true;
  }
  return expected.type() == tree.type() || (expected.is_number() && tree.is_number());
}

}  // namespace

BucketProps::BucketProps(Tree tree)
    : tree_(std::move(tree)),
      id_(number_of(tree_["bid"])),
      access_(number_of(tree_["access"])),
      features_(number_of(tree_["features"])) {
  const auto& checksum = tree_["checksum"];
  policy_.checksum_type = checksum["type"].get<std::string>();
  policy_.versioning = tree_["versioning"]["enabled"].get<bool>();
  policy_.fsync = (features_ & kFeatureFsyncPut) != 0;
  range_checksum_ = checksum["enable_read_range"].get<bool>();
  validate_warm_get_ = checksum["validate_warm_get"].get<bool>();
}

BucketProps BucketProps::initial(const BucketName& bucket, std::uint64_t id, std::int64_t created_ns,
                                 const nlohmann::json& cluster) {
  Tree tree = built_in();
  copy_sections(tree, cluster);
  if (const auto features = cluster.find("features"); features != cluster.end()) {
    tree["features"] = std::to_string(number_of(*features) & kBucketFeatures);
  }
  tree["provider"] = bucket.provider;
  // The only copy of an ais object must not be evicted (http-buckets.md section 3).
  if (bucket.provider == "ais") tree["lru"]["enabled"] = false;
  tree["bid"] = std::to_string(id);
  tree["created"] = std::to_string(created_ns);
  return BucketProps(std::move(tree));
}

Result<BucketProps> BucketProps::parse(std::string_view json) {
  Tree tree = Tree::parse(json, nullptr, false);
  if (!same_shape(built_in(), tree)) return Error(Errc::Internal, "stored bucket properties are damaged");
  return BucketProps(std::move(tree));
}

Result<BucketProps> BucketProps::with(const nlohmann::json& partial) const {
  Tree tree = tree_;
  BRYO_CHECK(apply_props(tree, partial));
  return BucketProps(std::move(tree));
}

BucketProps BucketProps::reset(const BucketName& bucket, const nlohmann::json& cluster) const {
  return initial(bucket, id_, static_cast<std::int64_t>(number_of(tree_["created"])), cluster);
}

BucketProps BucketProps::copied(std::uint64_t id, std::int64_t created_ns) const {
  Tree tree = tree_;
  for (const char* of_backend : {"backend_bck", "extra", "lru"}) {
    if (tree["provider"] != "ais") tree[of_backend] = built_in()[of_backend];
  }
  tree["provider"] = "ais";
  tree["bid"] = std::to_string(id);
  tree["created"] = std::to_string(created_ns);
  return BucketProps(std::move(tree));
}

}  // namespace bryo::kernel
