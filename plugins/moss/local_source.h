#pragma once

/// Entries of objects on this node.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "batch_request.h"
#include "entry_source.h"

namespace bryo::moss {

/// A shard that several entries ask for is opened and indexed once, however they interleave, and stays the same version
/// for the whole request.
class LocalSource final : public EntrySource {
 public:
  /// `request` and `buckets` (of request.buckets) outlive this.
  LocalSource(Host& host, const BatchRequest& request, const std::vector<BucketPtr>& buckets,
              std::uint64_t max_decoded);

  std::optional<EntryOutcome> try_get(std::size_t entry) override;
  Task<EntryOutcome> get(std::size_t entry) override;
  Task<EntryOutcome> decode(EncodedSlice slice) override;
  void will_need(std::size_t entry) override;

 private:
  /// A shard, or why it cannot be one; the failure is kept too, so that it is paid for once.
  using Opened = std::variant<Shard, Error>;
  struct ShardKey {
    const Bucket* bucket;
    std::string_view object;
    friend bool operator==(const ShardKey&, const ShardKey&) = default;
  };
  struct ShardKeyHash {
    std::size_t operator()(const ShardKey& key) const noexcept;
  };
  [[nodiscard]] const BucketPtr& bucket_of(const BatchEntry& entry) const { return buckets_[entry.bucket]; }
  [[nodiscard]] ShardKey key_of(const BatchEntry& entry) const;
  std::optional<EntryOutcome> try_member(const BatchEntry& entry);
  Task<EntryOutcome> open_member(const BatchEntry& entry);
  [[nodiscard]] const Opened* known_shard(const ShardKey& key);
  const Opened& keep(const ShardKey& key, Opened opened);
  [[nodiscard]] EntryOutcome member_in(const Opened& opened, const BatchEntry& entry) const;
  [[nodiscard]] Error with_node(const Error& error) const;
  [[nodiscard]] std::string uri_of(const BatchEntry& entry) const;

  Host& host_;
  const BatchRequest& request_;
  const std::vector<BucketPtr>& buckets_;
  const std::uint64_t max_decoded_;
  std::unordered_map<ShardKey, Opened, ShardKeyHash> shards_;
  ShardKey last_key_{};
  const Opened* last_ = nullptr;
};

}  // namespace bryo::moss
