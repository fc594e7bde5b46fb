#include <kernel/bucket/bucket_registry.h>

#include <kernel/wire/api_names.h>
#include <kernel/wire/bucket_text.h>

#include <algorithm>
#include <map>

namespace bryo::kernel {
namespace {

constexpr std::string_view kHeaderKey = "buckets";
constexpr std::string_view kBucketPrefix = "bucket/";
/// Bit 63 of an id says "ais bucket" on the wire.
constexpr std::uint64_t kAisBit = std::uint64_t{1} << 63;
/// Somebody else may win each round; so many losses in a row mean something is wrong.
constexpr int kMaxRounds = 100;

std::string bucket_key(const BucketName& name) { return std::string(kBucketPrefix) + name.uname(); }

Error too_busy(const BucketName& name) {
  return Error(Errc::Unavailable, "bucket \"" + name.uri() + "\" is being changed by others, please try again");
}

}  // namespace

struct BucketRegistry::Header {
  std::uint64_t version = 0;
  std::uint64_t last_id = 0;
  std::vector<std::uint64_t> dropping;
  std::map<std::uint64_t, std::string> renaming;  ///< id, the uname that it gets

  [[nodiscard]] std::string json() const {
    nlohmann::json out{{"version", version}, {"last_id", last_id}, {"dropping", dropping}};
    if (!renaming.empty()) out["renaming"] = renaming;
    return out.dump();
  }
  static Result<Header> parse(const std::string& text) {
    try {
      const auto json = nlohmann::json::parse(text);
      return Header{.version = json.at("version").get<std::uint64_t>(),
                    .last_id = json.at("last_id").get<std::uint64_t>(),
                    .dropping = json.at("dropping").get<std::vector<std::uint64_t>>(),
                    .renaming = json.value("renaming", std::map<std::uint64_t, std::string>())};
    } catch (const nlohmann::json::exception& e) {
      return Error(Errc::Internal, "meta store key \"" + std::string(kHeaderKey) + "\" is damaged: " + e.what());
    }
  }
};

Task<Result<std::unique_ptr<BucketRegistry>>> BucketRegistry::open(MetaStore& store, Clock& clock, Settings settings) {
  std::unique_ptr<BucketRegistry> registry(new BucketRegistry(store, clock, std::move(settings)));
  registry->map_.store(std::make_shared<const BucketMap>());
  BRYO_CO_CHECK(co_await registry->load());
  co_return registry;
}

Task<Status> BucketRegistry::load() {
  BRYO_CO_TRY(header, co_await change_header({}));
  BRYO_CO_TRY(entries, co_await store_.list(std::string(kBucketPrefix)));
  BucketMap map(header.version);
  for (const auto& entry : entries) {
    auto name = parse_uname(std::string_view(entry.key).substr(kBucketPrefix.size()));
    auto props = BucketProps::parse(entry.value);
    if (!name || !props) co_return Error(Errc::Internal, "meta store key \"" + entry.key + "\" is damaged");
    map = map.with(std::make_shared<const RegisteredBucket>(std::move(name->bucket), *std::move(props), entry.revision),
                   header.version);
  }
  if (!header.renaming.empty()) {
    BRYO_CO_TRY(finished, co_await finish_renames(std::move(map), header));
    map = std::move(finished);
  }
  publish([&](const BucketMap&) { return map; });
  co_return Status{};
}

Task<Result<BucketMap>> BucketRegistry::finish_renames(BucketMap map, const Header& header) {
  for (const auto& renaming : header.renaming) {
    const std::uint64_t id = renaming.first;
    const auto buckets = map.sorted();
    const auto is_new = [&](const RegisteredBucketPtr& b) {
      return b->id() == id && b->name().uname() == renaming.second;
    };
    if (std::none_of(buckets.begin(), buckets.end(), is_new)) continue;
    for (const auto& bucket : buckets) {
      if (bucket->id() != id || is_new(bucket)) continue;
      BRYO_CO_CHECK(co_await store_.erase(bucket_key(bucket->name()), bucket->revision()));
      map = map.without(*bucket, header.version);
    }
  }
  BRYO_CO_CHECK(co_await change_header([](Header& c) { c.renaming.clear(); }));
  co_return map;
}

Result<BucketPtr> BucketRegistry::find(const BucketName& name) const {
  if (BucketPtr bucket = snapshot()->find(name)) return bucket;
  return missing(name);
}

Task<Result<BucketPtr>> BucketRegistry::find_or_add(BucketName name) {
  if (BucketPtr bucket = snapshot()->find(name)) co_return bucket;
  const bool of_backend = is_remote(name) && settings_.backends != nullptr && settings_.backends->has(name.provider);
  if (!of_backend) co_return missing(name);
  auto added = co_await create(name, nullptr);
  if (!added && added.error().code() != Errc::Conflict) co_return std::move(added).error();
  co_return find(name);
}

Error BucketRegistry::missing(const BucketName& name) const {
  const Error absent(Errc::NotFound, "bucket \"" + name.uri() + "\" does not exist", wire::kErrBucketNotFound);
  if (!is_remote(name)) return absent;
  if (settings_.backends != nullptr && settings_.backends->has(name.provider)) return absent;
  const Error why =
      settings_.backends != nullptr ? settings_.backends->find(name.provider).error() : missing_backend(name.provider);
  if (why.tcode() != wire::kErrMissingBackend) return why;
  return Error(Errc::NotFound,
               "p[" + settings_.gateway_id + "]: failed to lookup bucket " + name.uri() + ", err: " + why.message(),
               wire::kErrFailedTo);
}

Status BucketRegistry::check_access(const Bucket& bucket, BucketAccess wanted) const {
  return static_cast<const RegisteredBucket&>(bucket).allows(wanted);
}

std::string BucketRegistry::property(const Bucket& bucket, std::string_view path) const {
  const auto* node = &static_cast<const RegisteredBucket&>(bucket).props().tree();
  while (!path.empty()) {
    if (!node->is_object()) return {};
    const auto found = node->find(path.substr(0, path.find('.')));
    if (found == node->end()) return {};
    node = &*found;
    path.remove_prefix(
        std::min(path.size(), path.find('.') == std::string_view::npos ? path.size() : path.find('.') + 1));
  }
  return node->is_string() ? node->get<std::string>() : node->dump();
}

Result<RegisteredBucketPtr> BucketRegistry::lookup(const BucketName& name) const {
  if (auto bucket = snapshot()->find(name)) return bucket;
  return missing(name);
}

Task<Result<RegisteredBucketPtr>> BucketRegistry::create(BucketName name, nlohmann::json props) {
  if (is_remote(name) && settings_.backends == nullptr) co_return missing_backend(name.provider);
  // Properties first: a request that fails validation must not cost an id.
  const auto config = settings_.cluster_config();
  const auto now = clock_.unix_ns();
  BRYO_CO_CHECK(BucketProps::initial(name, 0, now, *config).with(props));
  if (snapshot()->find(name) != nullptr) co_return exists(name);
  if (is_remote(name)) {
    BRYO_CO_TRY(backend, settings_.backends->find(name.provider));
    const Status there = co_await backend->head_bucket(name);
    if (!there && there.error().code() == Errc::NotFound) {
      co_return Error(Errc::NotFound, there.error().message(), wire::kErrBucketNotFound);
    }
    BRYO_CO_CHECK(Status(there));
  }
  BRYO_CO_TRY(header, co_await change_header([](Header& c) {
                ++c.last_id;
                ++c.version;
              }));
  const std::uint64_t id = is_remote(name) ? header.last_id : kAisBit | header.last_id;
  BRYO_CO_TRY(complete, BucketProps::initial(name, id, now, *config).with(props));
  co_return co_await store(std::move(name), std::move(complete), header.version);
}

Task<Result<RegisteredBucketPtr>> BucketRegistry::store(BucketName name, BucketProps props, std::uint64_t version) {
  BRYO_CO_TRY(revision, co_await take_name(name, props));
  auto bucket = std::make_shared<const RegisteredBucket>(std::move(name), std::move(props), revision);
  publish([&](const BucketMap& map) { return map.with(bucket, version); });
  co_return bucket;
}

Task<Result<std::uint64_t>> BucketRegistry::take_name(BucketName name, const BucketProps& props) {
  auto revision = co_await store_.put(bucket_key(name), props.json(), 0);
  if (!revision && revision.error().code() == Errc::Conflict) co_return exists(name);
  co_return revision;
}

Error BucketRegistry::exists(const BucketName& name) {
  return {Errc::Conflict, "bucket \"" + name.uri() + "\" already exists", wire::kErrBucketAlreadyExists};
}

Task<Result<BucketPtr>> BucketRegistry::create_like(BucketName name, BucketPtr model) {
  BRYO_CO_CHECK(check_bucket_name(name.name));
  if (is_remote(name)) co_return Error(Errc::InvalidArgument, "cannot create " + name.uri() + ": it is a backend's");
  if (snapshot()->find(name) != nullptr) co_return exists(name);
  BRYO_CO_TRY(header, co_await change_header([](Header& c) {
                ++c.last_id;
                ++c.version;
              }));
  const auto& props = static_cast<const RegisteredBucket&>(*model).props();
  BRYO_CO_TRY(
      made, co_await store(std::move(name), props.copied(kAisBit | header.last_id, clock_.unix_ns()), header.version));
  co_return BucketPtr(std::move(made));
}

Task<Result<BucketPtr>> BucketRegistry::rename(BucketPtr bucket, BucketName name) {
  BRYO_CO_CHECK(check_bucket_name(name.name));
  const BucketName old = bucket->name();
  if (is_remote(old) || is_remote(name)) {
    co_return Error(Errc::InvalidArgument,
                    "cannot rename " + old.uri() + " to " + name.uri() + ": only buckets of this cluster are renamed");
  }
  for (int round = 0; round < kMaxRounds; ++round) {
    BRYO_CO_TRY(current, lookup(old));
    if (current->id() != bucket->id()) co_return missing(old);
    if (snapshot()->find(name) != nullptr) co_return exists(name);
    BRYO_CO_TRY(header, co_await change_header([&](Header& c) {
                  ++c.version;
                  c.renaming[bucket->id()] = name.uname();
                }));
    BRYO_CO_TRY(revision, co_await take_name(name, current->props()));
    auto erased = co_await store_.erase(bucket_key(old), current->revision());
    if (erased) {
      auto renamed = std::make_shared<const RegisteredBucket>(name, current->props(), revision);
      publish(
          [&](const BucketMap& map) { return map.without(*current, header.version).with(renamed, header.version); });
      BRYO_CO_CHECK(co_await change_header([&](Header& c) { c.renaming.erase(bucket->id()); }));
      co_return BucketPtr(std::move(renamed));
    }
    // Its properties changed, or it was destroyed: take the new name back and look again.
    BRYO_CO_CHECK(co_await store_.erase(bucket_key(name), revision));
    if (erased.error().code() != Errc::Conflict && erased.error().code() != Errc::NotFound) {
      co_return std::move(erased).error();
    }
  }
  co_return too_busy(old);
}

Task<Result<std::uint64_t>> BucketRegistry::destroy(BucketName name) {
  for (int round = 0; round < kMaxRounds; ++round) {
    BRYO_CO_TRY(bucket, lookup(name));
    BRYO_CO_TRY(header, co_await change_header([&](Header& c) {
                  ++c.version;
                  if (std::find(c.dropping.begin(), c.dropping.end(), bucket->id()) == c.dropping.end()) {
                    c.dropping.push_back(bucket->id());
                  }
                }));
    auto erased = co_await store_.erase(bucket_key(name), bucket->revision());
    if (erased) {
      publish([&](const BucketMap& map) { return map.without(*bucket, header.version); });
      co_return bucket->id();
    }
    // Its properties changed, or somebody else destroyed it: look again.
    if (erased.error().code() != Errc::Conflict && erased.error().code() != Errc::NotFound) {
      co_return std::move(erased).error();
    }
  }
  co_return too_busy(name);
}

Task<Status> BucketRegistry::forget(std::uint64_t id) {
  const auto changed = co_await change_header([id](Header& c) { std::erase(c.dropping, id); });
  if (!changed) co_return changed.error();
  co_return Status{};
}

Task<Result<std::vector<std::uint64_t>>> BucketRegistry::leftovers() {
  BRYO_CO_TRY(header, co_await change_header({}));
  // A crash between the two writes of `destroy` leaves the bucket alive, and the destruction unacknowledged.
  for (const auto& bucket : snapshot()->sorted()) std::erase(header.dropping, bucket->id());
  co_return std::move(header.dropping);
}

Task<Result<RegisteredBucketPtr>> BucketRegistry::set_props(BucketName name, nlohmann::json partial) {
  return change_props(std::move(name),
                      [partial = std::move(partial)](const RegisteredBucket& b) { return b.props().with(partial); });
}

Task<Result<RegisteredBucketPtr>> BucketRegistry::reset_props(BucketName name) {
  return change_props(std::move(name), [this](const RegisteredBucket& b) -> Result<BucketProps> {
    return b.props().reset(b.name(), *settings_.cluster_config());
  });
}

Task<Result<RegisteredBucketPtr>> BucketRegistry::change_props(BucketName name, Change change) {
  for (int round = 0; round < kMaxRounds; ++round) {
    BRYO_CO_TRY(bucket, lookup(name));
    BRYO_CO_TRY(props, change(*bucket));
    BRYO_CO_TRY(header, co_await change_header([](Header& c) { ++c.version; }));
    auto revision = co_await store_.put(bucket_key(name), props.json(), bucket->revision());
    if (revision) {
      auto changed = std::make_shared<const RegisteredBucket>(name, std::move(props), *revision);
      publish([&](const BucketMap& map) { return map.with(changed, header.version); });
      co_return changed;
    }
    if (revision.error().code() != Errc::Conflict) co_return std::move(revision).error();
  }
  co_return too_busy(name);
}

Task<Result<BucketRegistry::Header>> BucketRegistry::change_header(std::function<void(Header&)> change) {
  for (int round = 0; round < kMaxRounds; ++round) {
    BRYO_CO_TRY(stored, co_await store_.get(std::string(kHeaderKey)));
    Header header;
    if (stored) {
      BRYO_CO_TRY(parsed, Header::parse(stored->value));
      header = std::move(parsed);
    }
    if (!change) co_return header;
    change(header);
    const std::uint64_t expected = stored ? stored->revision : 0;
    auto written = co_await store_.put(std::string(kHeaderKey), header.json(), expected);
    if (written) co_return header;
    if (written.error().code() != Errc::Conflict) co_return std::move(written).error();
  }
  co_return Error(Errc::Unavailable, "bucket metadata is being changed by others, please try again");
}

void BucketRegistry::publish(const std::function<BucketMap(const BucketMap&)>& change) {
  const std::lock_guard lock(publishing_);
  map_.store(std::make_shared<const BucketMap>(change(*snapshot())));
}

}  // namespace bryo::kernel
