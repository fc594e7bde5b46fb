#pragma once

/// Entries of objects on this node.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "batch_request.h"
#include "decode_group.h"
#include "decoded_parts.h"
#include "entry_source.h"
#include "first_pass.h"

namespace bryo::moss {

/// Bytes.
struct DecodeLimits {
  std::uint64_t member;  ///< largest part of a member that is decoded
  std::uint64_t ahead;   ///< of all members that are decoded before their turn
};

/// A shard that several entries ask for is opened and indexed once, however they interleave, and stays the same version
/// for the whole request.
class LocalSource final : public EntrySource {
 public:
  /// `request`, `buckets` (of request.buckets) and `decoded` outlive this.
  LocalSource(Host& host, const BatchRequest& request, const std::vector<BucketPtr>& buckets, DecodedParts& decoded,
              DecodeLimits limits);

  std::optional<EntryOutcome> try_get(std::size_t entry) override;
  Task<EntryOutcome> get(std::size_t entry) override;
  /// Entries that follow and ask for the same shard are decoded with it, as far as `limits` allow.
  Task<EntryOutcome> decode(std::size_t entry, EncodedSlice slice) override;
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
  Task<EntryOutcome> open_member(std::size_t number);
  [[nodiscard]] const Opened* known_shard(const ShardKey& key);
  const Opened& keep(const ShardKey& key, Opened opened);
  [[nodiscard]] EntryOutcome member_in(const Opened& opened, const BatchEntry& entry) const;
  /// For a shard that may have to be indexed: what the batch wants of it from `entry` on.
  [[nodiscard]] std::shared_ptr<FirstPass> first_pass(std::size_t entry) const;
  /// Keeps what the pass has taken, for this batch and others.
  void keep_taken(const FirstPass& pass, const Opened& opened);
  void keep_ahead(std::size_t entry, LoadedBytes loaded);
  /// `entry`, and what lies behind it in the batch and in the same shard.
  Result<std::shared_ptr<DecodeGroup>> group_of(std::size_t entry, const EncodedSlice& slice, std::uint64_t ahead);
  [[nodiscard]] Error with_node(const Error& error) const;
  [[nodiscard]] std::string uri_of(const BatchEntry& entry) const;

  Host& host_;
  const BatchRequest& request_;
  const std::vector<BucketPtr>& buckets_;
  DecodedParts& decoded_;
  const DecodeLimits limits_;
  std::unordered_map<ShardKey, Opened, ShardKeyHash> shards_;
  ShardKey last_key_{};
  const Opened* last_ = nullptr;
  std::unordered_map<std::size_t, LoadedBytes> ahead_;  ///< decoded with an entry before them
  std::uint64_t ahead_bytes_ = 0;                       ///< in `ahead_`; a part that several share counts for each
};

}  // namespace bryo::moss
