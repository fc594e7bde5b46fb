#pragma once

/// The properties of a bucket (http-buckets.md section 3).

#include <bryo/names.h>
#include <kernel/bucket/bucket_record.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// Bits of `features` that the kernel honours per bucket, and all that a bucket may have (config-and-cli.md section 4).
inline constexpr std::uint64_t kFeatureFsyncPut = 1u << 4;
inline constexpr std::uint64_t kBucketFeatures =
    1u << 1 | 1u << 4 | 1u << 9 | 1u << 11 | 1u << 12 | 1u << 14 | 1u << 18 | 1u << 21 | 1u << 24;

/// The whole property tree, in the reference's order, and what the kernel reads out of it. A regular value.
class BucketProps {
 public:
  static constexpr std::uint64_t kAllAccess = ~std::uint64_t{0};

  /// What a new bucket gets: the sections of the cluster configuration, copied. Sections that `cluster` lacks take the
  /// reference's built-in values.
  static BucketProps initial(const BucketName& bucket, std::uint64_t id, std::int64_t created_ns,
                             const nlohmann::json& cluster);
  /// From `json()`. Fails with Internal when it is not what `json()` wrote.
  static Result<BucketProps> parse(std::string_view json);

  /// A partial update of the same nesting. Fails with 400 for an unknown key, a wrong type or a value that is not
  /// allowed, 501 for what this node cannot do (mirroring, erasure coding); then nothing is changed.
  [[nodiscard]] Result<BucketProps> with(const nlohmann::json& partial) const;
  /// Back to the cluster's values; identity and creation time stay.
  [[nodiscard]] BucketProps reset(const BucketName& bucket, const nlohmann::json& cluster) const;

  /// The same properties for a bucket of this cluster: what tells of a backend is left out.
  [[nodiscard]] BucketProps copied(std::uint64_t id, std::int64_t created_ns) const;

  /// One line, the value of `Ais-Bucket-Props`.
  [[nodiscard]] std::string json() const { return tree_.dump(); }
  [[nodiscard]] const nlohmann::ordered_json& tree() const noexcept { return tree_; }

  [[nodiscard]] const StoragePolicy& policy() const noexcept { return policy_; }
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  [[nodiscard]] std::uint64_t access() const noexcept { return access_; }
  [[nodiscard]] std::uint64_t features() const noexcept { return features_; }
  [[nodiscard]] bool range_checksum() const noexcept { return range_checksum_; }
  [[nodiscard]] bool validate_warm_get() const noexcept { return validate_warm_get_; }

 private:
  explicit BucketProps(nlohmann::ordered_json tree);

  nlohmann::ordered_json tree_;
  StoragePolicy policy_;
  std::uint64_t id_ = 0;
  std::uint64_t access_ = kAllAccess;
  std::uint64_t features_ = 0;
  bool range_checksum_ = false;     ///< a 206 carries the checksum of its range
  bool validate_warm_get_ = false;  ///< hash before sending
};

}  // namespace bryo::kernel
