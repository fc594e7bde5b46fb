#include "local_source.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "byte_span.h"

namespace bryo::moss {
namespace {

/// Shards that one request keeps open; each holds a descriptor and an index.
constexpr std::size_t kKeptShards = 64;
/// Entries behind one that is decoded, which are looked at for the same shard.
constexpr std::size_t kLookedAt = 16'384;
/// What an entry ahead may bring into memory.
constexpr std::uint64_t kReadAhead = 1 << 20;

/// The part of `payload` that `range` means, or why there is none.
EntryOutcome cut(ObjectPtr object, ByteSpan payload, ByteRange range) {
  auto span = span_of(range, payload.size);
  if (!span) return std::move(span).error();
  return ObjectSlice{.object = std::move(object), .offset = payload.offset + span->offset, .size = span->size};
}

}  // namespace

LocalSource::LocalSource(Host& host, const BatchRequest& request, const std::vector<BucketPtr>& buckets,
                         DecodedParts& decoded, DecodeLimits limits)
    : host_(host), request_(request), buckets_(buckets), decoded_(decoded), limits_(limits) {}

std::optional<EntryOutcome> LocalSource::try_get(std::size_t number) {
  const BatchEntry& entry = request_.entries[number];
  if (!entry.archpath.empty()) return try_member(entry);
  auto opened = host_.objects().try_open(*bucket_of(entry), entry.object);
  if (!opened) return std::nullopt;
  if (!*opened) return with_node(opened->error());
  const auto size = (**opened)->size();
  return cut(std::move(**opened), {.offset = 0, .size = size}, entry.range);
}

Task<EntryOutcome> LocalSource::get(std::size_t number) {
  const BatchEntry& entry = request_.entries[number];
  if (!entry.archpath.empty()) co_return co_await open_member(number);
  auto opened = co_await host_.objects().open(bucket_of(entry), std::string(entry.object));
  if (!opened) co_return with_node(opened.error());
  const auto size = (*opened)->size();
  co_return cut(*std::move(opened), {.offset = 0, .size = size}, entry.range);
}

void LocalSource::will_need(std::size_t number) {
  const auto outcome = try_get(number);
  if (!outcome) return;
  if (const auto* slice = outcome->slice()) {
    slice->object->will_need(slice->offset, std::min(slice->size, kReadAhead));
  }
}

std::optional<EntryOutcome> LocalSource::try_member(const BatchEntry& entry) {
  const auto key = key_of(entry);
  const Opened* opened = known_shard(key);
  if (opened == nullptr) {
    auto object = host_.objects().try_open(*bucket_of(entry), entry.object);
    if (!object) return std::nullopt;
    if (!*object) {
      opened = &keep(key, with_node(object->error()));
    } else if (auto shard = host_.archives().try_open(**object)) {
      opened = &keep(key, *std::move(shard));
    } else {
      return std::nullopt;
    }
  }
  return member_in(*opened, entry);
}

Task<EntryOutcome> LocalSource::open_member(std::size_t number) {
  const BatchEntry& entry = request_.entries[number];
  const auto key = key_of(entry);
  const Opened* opened = known_shard(key);
  if (opened == nullptr) {
    auto object = co_await host_.objects().open(bucket_of(entry), std::string(entry.object));
    if (object) {
      const auto pass = first_pass(number);
      auto shard = co_await host_.archives().open(*object, uri_of(entry), pass);
      opened = shard ? &keep(key, *std::move(shard)) : &keep(key, std::move(shard).error());
      keep_taken(*pass, *opened);
    } else {
      opened = &keep(key, with_node(object.error()));
    }
  }
  co_return member_in(*opened, entry);
}

const LocalSource::Opened* LocalSource::known_shard(const ShardKey& key) {
  if (last_ != nullptr && key == last_key_) return last_;
  const auto known = shards_.find(key);
  if (known == shards_.end()) return nullptr;
  last_key_ = known->first;
  last_ = &known->second;
  return last_;
}

const LocalSource::Opened& LocalSource::keep(const ShardKey& key, Opened opened) {
  // Whichever goes can be opened again; to know the right one is not worth the bookkeeping.
  if (shards_.size() >= kKeptShards) shards_.erase(shards_.begin());
  const auto kept = shards_.insert_or_assign(key, std::move(opened)).first;
  last_key_ = kept->first;
  last_ = &kept->second;
  return *last_;
}

EntryOutcome LocalSource::member_in(const Opened& opened, const BatchEntry& entry) const {
  if (const auto* failure = std::get_if<Error>(&opened)) return *failure;
  const auto& shard = std::get<Shard>(opened);
  const auto member = shard.index->find(entry.archpath);
  if (!member) {
    if (auto why = shard.index->why_missing(entry.archpath); !why) return std::move(why).error();
    return with_node(
        Error(Errc::NotFound, std::string(entry.archpath) + " in " + uri_of(entry) + " does not exist", "ErrNotFound"));
  }
  if (member->stored) {
    return cut(shard.object, {.offset = member->offset, .size = member->size}, entry.range);
  }
  auto span = span_of(entry.range, member->size);
  if (!span) return std::move(span).error();
  return EncodedSlice{.shard = shard, .member = *member, .offset = span->offset, .size = span->size};
}

Task<EntryOutcome> LocalSource::decode(std::size_t entry, EncodedSlice slice) {
  if (const auto ahead = ahead_.find(entry); ahead != ahead_.end()) {
    LoadedBytes loaded = std::move(ahead->second);
    ahead_.erase(ahead);
    ahead_bytes_ -= loaded.view().size();
    co_return loaded;
  }
  const DecodedParts::Key key{slice.shard.object->stamp(), slice.member.ordinal, slice.offset, slice.size};
  if (auto kept = decoded_.find(key)) co_return LoadedBytes{std::move(kept)};
  // Alone again if the others spoil it.
  for (const std::uint64_t ahead : {limits_.ahead, std::uint64_t{0}}) {
    const auto group = group_of(entry, slice, ahead);
    if (!group) co_return group.error();
    std::function<Status()> work = [group = *group] { return group->run(); };
    const Status done = co_await host_.blocking().run(std::move(work));
    std::optional<LoadedBytes> own;
    for (auto& [number, loaded] : (*group)->decoded()) {
      if (number == entry) {
        own = std::move(loaded);
      } else {
        keep_ahead(number, std::move(loaded));
      }
    }
    if (own) co_return *std::move(own);
    if ((*group)->parts() > 1) continue;
    if (!done) co_return done.error();
    break;
  }
  co_return Error(Errc::InvalidArgument, "unexpected EOF: member \"" + std::string(slice.member.name) +
                                             "\" is shorter than its " + std::to_string(slice.member.size) + " bytes");
}

void LocalSource::keep_taken(const FirstPass& pass, const Opened& opened) {
  // In a damaged archive a checksum may have failed behind what was taken: then it is read again, or refused.
  const auto* shard = std::get_if<Shard>(&opened);
  if (shard == nullptr || !shard->index->damage()) return;
  for (auto& [entry, loaded] : pass.taken()) {
    const auto outcome = member_in(opened, request_.entries[entry]);
    const EncodedSlice* slice = outcome.encoded();
    if (slice == nullptr || slice->size != loaded.view().size()) continue;
    decoded_.keep({slice->shard.object->stamp(), slice->member.ordinal, slice->offset, slice->size}, loaded.kept);
    keep_ahead(entry, std::move(loaded));
  }
}

void LocalSource::keep_ahead(std::size_t entry, LoadedBytes loaded) {
  const auto bytes = loaded.view().size();
  if (ahead_.emplace(entry, std::move(loaded)).second) ahead_bytes_ += bytes;
}

std::shared_ptr<FirstPass> LocalSource::first_pass(std::size_t entry) const {
  // What groups of other shards have left counts, too.
  const std::uint64_t room = limits_.ahead - std::min(limits_.ahead, ahead_bytes_);
  auto pass = std::make_shared<FirstPass>(host_.memory(), limits_.member, room);
  const auto key = key_of(request_.entries[entry]);
  const auto end = std::min(request_.entries.size(), entry + kLookedAt);
  for (std::size_t next = entry; room != 0 && next < end; ++next) {
    const BatchEntry& other = request_.entries[next];
    if (!other.archpath.empty() && key_of(other) == key) pass->add(next, other.archpath, other.range);
  }
  return pass;
}

Result<std::shared_ptr<DecodeGroup>> LocalSource::group_of(std::size_t entry, const EncodedSlice& slice,
                                                           std::uint64_t ahead) {
  const std::string label = "member \"" + std::string(slice.member.name) + "\"";
  if (slice.size > limits_.member) {
    return Error(Errc::InvalidArgument, label + " has " + std::to_string(slice.size) +
                                            " bytes, too many to decode: raise [plugin.moss] max_decoded");
  }
  auto group = std::make_shared<DecodeGroup>(slice.shard, uri_of(request_.entries[entry]), decoded_);
  BRYO_CHECK(group->add(entry, slice, host_.memory()));
  const auto key = key_of(request_.entries[entry]);
  const auto end = std::min(request_.entries.size(), entry + kLookedAt);
  // What groups of other shards have left counts, too: a batch keeps no more than this, however shards interleave.
  for (std::size_t next = entry + 1; next < end && ahead_bytes_ + group->bytes() < ahead; ++next) {
    const BatchEntry& other = request_.entries[next];
    if (other.archpath.empty() || key_of(other) != key || ahead_.contains(next)) continue;
    const Opened* opened = known_shard(key);
    if (opened == nullptr) break;
    const auto outcome = member_in(*opened, other);
    const EncodedSlice* wanted = outcome.encoded();
    if (wanted == nullptr || wanted->size > limits_.member) continue;
    if (ahead_bytes_ + group->bytes() + wanted->size > ahead || !group->add(next, *wanted, host_.memory())) break;
  }
  return group;
}

LocalSource::ShardKey LocalSource::key_of(const BatchEntry& entry) const {
  return {.bucket = bucket_of(entry).get(), .object = entry.object};
}

std::size_t LocalSource::ShardKeyHash::operator()(const ShardKey& key) const noexcept {
  return std::hash<std::string_view>()(key.object) ^ std::hash<const void*>()(key.bucket);
}

/// Missing objects and members are told with the node's name, as clients expect (section 5).
Error LocalSource::with_node(const Error& error) const {
  if (error.code() != Errc::NotFound) return error;
  return {error.code(), "t[" + host_.node().target_id + "]: " + error.message(), error.tcode()};
}

std::string LocalSource::uri_of(const BatchEntry& entry) const {
  return bucket_of(entry)->name().uri() + "/" + std::string(entry.object);
}

}  // namespace bryo::moss
