#include "local_source.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "byte_span.h"

namespace bryo::moss {
namespace {

/// Shards that one request keeps open; each holds a descriptor and an index.
constexpr std::size_t kKeptShards = 64;
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
                         std::uint64_t max_decoded)
    : host_(host), request_(request), buckets_(buckets), max_decoded_(max_decoded) {}

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
  if (!entry.archpath.empty()) co_return co_await open_member(entry);
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

Task<EntryOutcome> LocalSource::open_member(const BatchEntry& entry) {
  const auto key = key_of(entry);
  const Opened* opened = known_shard(key);
  if (opened == nullptr) {
    auto object = co_await host_.objects().open(bucket_of(entry), std::string(entry.object));
    if (object) {
      auto shard = co_await host_.archives().open(*object, uri_of(entry));
      opened = shard ? &keep(key, *std::move(shard)) : &keep(key, std::move(shard).error());
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

Task<EntryOutcome> LocalSource::decode(EncodedSlice slice) {
  const std::string label = "member \"" + std::string(slice.member.name) + "\"";
  if (slice.size > max_decoded_) {
    co_return Error(Errc::InvalidArgument, label + " has " + std::to_string(slice.size) +
                                               " bytes, too many to decode: raise [plugin.moss] max_decoded");
  }
  auto memory = host_.memory().reserve(slice.size, "decoded member");
  if (!memory) co_return std::move(memory).error();
  LoadedBytes loaded{.bytes = ArchiveBuffer(slice.size), .memory = *std::move(memory)};
  const std::function<Status(std::size_t, BytesView)> keep_wanted = [&](std::size_t, BytesView piece) -> Status {
    loaded.bytes.append(piece.first(std::min<std::uint64_t>(piece.size(), slice.size - loaded.bytes.size())));
    return {};
  };
  const MemberPart part{slice.member, slice.offset, slice.size};
  const std::function<Status()> work = [&] {
    return slice.shard.format->reader->extract(*slice.shard.object, label, *slice.shard.index, {&part, 1}, keep_wanted);
  };
  const auto done = co_await host_.blocking().run(work);
  if (!done) co_return done.error();
  if (loaded.bytes.size() != slice.size) {
    co_return Error(Errc::InvalidArgument, "unexpected EOF: " + label + " is shorter than its " +
                                               std::to_string(slice.member.size) + " bytes");
  }
  co_return loaded;
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
