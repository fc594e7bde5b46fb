#pragma once

/// For tests of plugins: a host, objects and archives in memory, and a registrar that keeps what is declared. Nothing
/// here touches files, sockets or real time. Not thread-safe: one thread runs the test.
///
///   testing::FakeHost host;
///   const auto bucket = host.bucket_store.add("b");
///   host.object_store.put(*bucket, "o", "content");
///   testing::FakeRegistrar registrar;
///   plugin.declare(registrar);
///   testing::run(plugin.start(host));
///   auto answer = testing::run(registrar.handler("/v1/mine")(request));

#include <bryo/host.h>
#include <bryo/registrar.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <typeindex>
#include <utility>
#include <variant>
#include <vector>

namespace bryo::testing {

/// Runs a coroutine to its end on this thread.
inline void run(Task<> task) {
  boost::asio::io_context loop;
  std::exception_ptr thrown;
  boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr e) { thrown = e; });
  loop.run();
  if (thrown) std::rethrow_exception(thrown);
}

/// Awaits `task` and keeps what it answers.
template <class T>
Task<> keep(Task<T> task, std::optional<T>& answer) {
  answer.emplace(co_await std::move(task));
}

/// The same, and answers what the coroutine does; T need not be default constructible.
template <class T>
T run(Task<T> task) {
  std::optional<T> answer;
  run(keep(std::move(task), answer));
  return *std::move(answer);
}

/// Whether memory holds an object: what is not there must be awaited.
enum class Warmth { Warm, Cold };

/// One version of an object.
class MemoryObject final : public OpenObject {
 public:
  MemoryObject(std::string content, std::uint64_t stamp, Warmth warmth = Warmth::Warm)
      : OpenObject(content.size(), stamp), content_(std::move(content)), warmth_(warmth) {}

  /// From now on reads that touch this offset fail with Io.
  void break_at(std::uint64_t offset) { broken_at_ = offset; }
  [[nodiscard]] std::size_t reads() const noexcept { return reads_; }

  std::optional<Status> try_read(std::uint64_t offset, MutableBytes out) const override {
    if (warmth_ == Warmth::Cold) return std::nullopt;
    return read_blocking(offset, out);
  }
  Task<Status> read(std::uint64_t offset, MutableBytes out) const override { co_return read_blocking(offset, out); }
  Status read_blocking(std::uint64_t offset, MutableBytes out) const override {
    ++reads_;
    if (offset > size() || out.size() > size() - offset) {
      return Error(Errc::RangeNotSatisfiable, "a read beyond the end of the object");
    }
    if (broken_at_ && offset <= *broken_at_ && *broken_at_ < offset + out.size()) {
      return Error(Errc::Io, "the disk is broken here");
    }
    if (!out.empty()) std::memcpy(out.data(), content_.data() + offset, out.size());
    return {};
  }
  void will_need(std::uint64_t, std::uint64_t) const override { warmth_ = Warmth::Warm; }
  Result<std::shared_ptr<const ObjectAttributes>> attributes() const override {
    auto out = std::make_shared<ObjectAttributes>();
    out->size = size();
    out->checksum_type = "fnv1a";  // no store has it, so nobody can mistake it for another's
    out->checksum_value = checksum();
    return std::shared_ptr<const ObjectAttributes>(std::move(out));
  }

  [[nodiscard]] const std::string& content() const noexcept { return content_; }

 private:
  [[nodiscard]] std::string checksum() const {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : content_) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    std::string hex;
    for (int shift = 60; shift >= 0; shift -= 4) hex.push_back("0123456789abcdef"[hash >> shift & 15]);
    return hex;
  }

  const std::string content_;
  mutable Warmth warmth_;
  mutable std::size_t reads_ = 0;
  std::optional<std::uint64_t> broken_at_;
};

class MemoryBucket final : public Bucket {
 public:
  MemoryBucket(BucketName name, std::uint64_t id) : Bucket(std::move(name), id) {}
};

class MemoryBuckets final : public Buckets {
 public:
  BucketPtr add(std::string name) { return add(BucketName{.name = std::move(name)}); }
  /// One of the same name takes its place, as another bucket.
  BucketPtr add(BucketName name) {
    auto bucket = std::make_shared<const MemoryBucket>(name, ++ids_);
    buckets_[std::move(name)] = bucket;
    return bucket;
  }
  /// Reading its objects is denied.
  void deny(const BucketName& name) { denied_.push_back(name); }
  /// Of every bucket.
  std::map<std::string, std::string, std::less<>> properties;

  Result<BucketPtr> find(const BucketName& name) const override {
    if (const auto found = buckets_.find(name); found != buckets_.end()) return found->second;
    return Error(Errc::NotFound, "bucket \"" + name.uri() + "\" does not exist", "ErrBckNotFound");
  }
  Status check_access(const Bucket& bucket, BucketAccess wanted) const override {
    for (const auto& name : denied_) {
      if (wanted == BucketAccess::Get && name == bucket.name()) {
        return Error(Errc::Forbidden, "bucket " + name.uri() + ": GET access denied", "ErrBucketAccessDenied");
      }
    }
    return {};
  }
  [[nodiscard]] std::string property(const Bucket&, std::string_view path) const override {
    const auto found = properties.find(path);
    return found == properties.end() ? std::string() : found->second;
  }

 private:
  std::map<BucketName, BucketPtr> buckets_;
  std::vector<BucketName> denied_;
  std::uint64_t ids_ = 0;
};

class MemoryObjects final : public Objects {
 public:
  /// Adds or replaces; every version has a stamp of its own.
  std::shared_ptr<MemoryObject> put(const Bucket& bucket, std::string name, std::string content,
                                    Warmth warmth = Warmth::Warm) {
    auto object = std::make_shared<MemoryObject>(std::move(content), ++stamps_, warmth);
    if (warmth == Warmth::Cold) cold_[{bucket.id(), name}] = true;
    objects_[{bucket.id(), std::move(name)}] = object;
    return object;
  }
  void erase(const Bucket& bucket, const std::string& name) { objects_.erase({bucket.id(), name}); }
  [[nodiscard]] std::size_t opens() const noexcept { return opens_; }

  std::optional<Result<ObjectPtr>> try_open(const Bucket& bucket, std::string_view object) override {
    if (cold_.contains({bucket.id(), std::string(object)})) return std::nullopt;
    return find(bucket, std::string(object));
  }
  Task<Result<ObjectPtr>> open(BucketPtr bucket, std::string object) override {
    cold_.erase({bucket->id(), object});
    co_return find(*bucket, object);
  }
  Task<Result<std::unique_ptr<ObjectWriter>>> create(BucketPtr bucket, std::string object, WriteOptions) override {
    if (slow) co_await suspend();
    if (full) co_return Error(Errc::OutOfSpace, "the disk is full");
    co_return std::unique_ptr<ObjectWriter>(std::make_unique<Draft>(*this, std::move(bucket), std::move(object)));
  }
  Task<Status> remove(BucketPtr bucket, std::string object) override {
    erase(*bucket, object);
    co_return Status();
  }
  Task<Result<ObjectPage>> list(BucketPtr bucket, ObjectQuery query) override {
    ++pages_;
    if (on_list) on_list(pages_);
    if (slow) co_await suspend();
    if (broken_page == pages_) co_return Error(Errc::Io, "the disk is broken here");
    ObjectPage page;
    for (auto at = objects_.lower_bound({bucket->id(), std::max(query.prefix, query.after)}); at != objects_.end();
         ++at) {
      const auto& [id, name] = at->first;
      if (id != bucket->id() || !name.starts_with(query.prefix)) break;
      if (!query.after.empty() && name <= query.after) continue;
      if (page.objects.size() == query.limit) {
        page.more = true;
        break;
      }
      ListedName listed{.name = name, .size = at->second->size(), .attributes = nullptr};
      if (query.attributes) {
        BRYO_CO_TRY(attributes, at->second->attributes());
        listed.attributes = std::move(attributes);
      }
      page.objects.push_back(std::move(listed));
    }
    co_return page;
  }

  /// Null when there is no such object.
  [[nodiscard]] std::shared_ptr<const MemoryObject> at(const Bucket& bucket, const std::string& name) const {
    const auto found = objects_.find({bucket.id(), name});
    return found == objects_.end() ? nullptr : found->second;
  }
  /// From now on nothing can be written.
  bool full = false;
  /// From now on lists and writes suspend their caller once, so that a test can abandon or cancel it there.
  bool slow = false;
  /// The page of a listing that fails with Io, counted as for on_list; 0 = none.
  std::size_t broken_page = 0;
  /// Called before each page of a listing, with its number from 1 on.
  std::function<void(std::size_t)> on_list;

 private:
  using Key = std::pair<std::uint64_t, std::string>;
  static Task<> suspend() {
    const auto executor = co_await boost::asio::this_coro::executor;
    co_await boost::asio::post(executor, boost::asio::use_awaitable);
  }
  /// Written into memory, put by commit.
  class Draft final : public ObjectWriter {
   public:
    Draft(MemoryObjects& objects, BucketPtr bucket, std::string name)
        : objects_(objects), bucket_(std::move(bucket)), name_(std::move(name)) {}
    Task<Status> write(BytesView bytes) override {
      if (objects_.slow) co_await suspend();
      if (objects_.full) co_return Error(Errc::OutOfSpace, "the disk is full");
      content_.append(as_text(bytes));
      co_return Status();
    }
    Task<Result<ObjectAttributes>> commit() override {
      BRYO_CO_TRY(stored, objects_.put(*bucket_, name_, std::move(content_))->attributes());
      co_return *stored;
    }

   private:
    MemoryObjects& objects_;
    const BucketPtr bucket_;
    const std::string name_;
    std::string content_;
  };

  Result<ObjectPtr> find(const Bucket& bucket, const std::string& object) {
    ++opens_;
    if (const auto found = objects_.find({bucket.id(), object}); found != objects_.end()) {
      return ObjectPtr(found->second);
    }
    return Error(Errc::NotFound, bucket.name().uri() + "/" + object + " does not exist", "ErrNotFound");
  }

  std::map<Key, std::shared_ptr<MemoryObject>> objects_;
  std::map<Key, bool> cold_;
  std::uint64_t stamps_ = 0;
  std::size_t opens_ = 0;
  std::size_t pages_ = 0;
};

/// What a reader found: a sink to fill, then the index. `limit`: members that it takes.
class MemoryMembers final : public MemberSink, public MemberIndex {
 public:
  explicit MemoryMembers(std::size_t limit = ~std::size_t{0}) : limit_(limit) {}

  Status add(const Member& member) override {
    if (members_.size() >= limit_) return Error(Errc::TooLarge, "too many members for this test");
    names_.emplace_back(member.name);
    Member kept = member;
    kept.name = names_.back();
    kept.ordinal = members_.size();
    by_name_.emplace(key_of(kept.name), members_.size());  // the first of equal names stays
    members_.push_back(kept);
    return {};
  }
  Status add_unreadable(std::string_view name, std::string_view why) override {
    unreadable_.emplace(std::string(name), std::string(why));
    return {};
  }
  Status add_format_data(BytesView bytes) override {
    format_data_.insert(format_data_.end(), bytes.begin(), bytes.end());
    return {};
  }
  bool wants(const Member& member) override { return tap_ != nullptr && tap_->wants(member); }
  void content(BytesView bytes) override { tap_->content(bytes); }
  /// May be null; outlives the pass.
  void set_tap(MemberTap* tap) { tap_ = tap; }
  /// The sentence for members behind the damage.
  void set_damage(Error why) { damage_ = std::move(why); }

  [[nodiscard]] std::size_t size() const noexcept override { return members_.size(); }
  [[nodiscard]] std::optional<Member> find(std::string_view name) const override {
    const auto found = by_name_.find(key_of(name));
    return found == by_name_.end() ? std::nullopt : std::optional(members_[found->second]);
  }
  [[nodiscard]] Status why_missing(std::string_view name) const override {
    if (const auto found = unreadable_.find(name); found != unreadable_.end()) {
      return Error(Errc::InvalidArgument, "member \"" + found->first + "\" of the archive " + found->second);
    }
    if (damage_) return *damage_;
    return {};
  }
  void for_each(const std::function<bool(const Member&)>& visit) const override {
    for (const Member& member : members_) {
      if (!visit(member)) return;
    }
  }
  [[nodiscard]] BytesView format_data() const noexcept override { return format_data_; }
  [[nodiscard]] std::size_t memory() const noexcept override { return members_.size() * sizeof(Member); }

 private:
  MemberTap* tap_ = nullptr;
  static std::string_view key_of(std::string_view name) { return name.substr(name.starts_with('/') ? 1 : 0); }

  const std::size_t limit_;
  std::map<std::string_view, std::size_t> by_name_;
  std::deque<std::string> names_;
  std::vector<Member> members_;
  std::map<std::string, std::string, std::less<>> unreadable_;
  std::vector<std::byte> format_data_;
  std::optional<Error> damage_;
};

/// What `reader` finds in `archive`, as the server takes it: members before a damage are good.
inline Result<std::unique_ptr<MemoryMembers>> index_of(const ArchiveReader& reader, const OpenObject& archive,
                                                       std::string_view label, std::size_t limit = ~std::size_t{0},
                                                       MemberTap* tap = nullptr) {
  auto members = std::make_unique<MemoryMembers>(limit);
  members->set_tap(tap);
  const Status whole = reader.index(archive, label, *members);
  if (!whole) {
    const bool none = members->size() == 0;
    if (none || whole.error().code() != Errc::InvalidArgument) return whole.error();
    members->set_damage(whole.error());
  }
  return members;
}

/// The formats that the test adds; an index is never in memory before `open`, and then is.
class MemoryArchives final : public Archives {
 public:
  void add(ArchiveFormat format) { formats_.push_back(std::make_shared<const ArchiveFormat>(std::move(format))); }
  /// Archives that were indexed.
  [[nodiscard]] std::size_t passes() const noexcept { return passes_; }

  Result<std::shared_ptr<const ArchiveFormat>> by_mime(std::string_view mime) const override {
    for (const auto& format : formats_) {
      for (const auto& extension : format->spec.extensions) {
        if (mime.empty() || mime == extension || mime == extension.substr(1)) return format;
      }
    }
    return Error(Errc::InvalidArgument, "unknown mime type \"" + std::string(mime) + "\"", "errUnknownMime");
  }
  [[nodiscard]] std::shared_ptr<const ArchiveFormat> by_name(std::string_view object) const override {
    for (const auto& format : formats_) {
      for (const auto& extension : format->spec.extensions) {
        if (object.ends_with(extension)) return format;
      }
    }
    return nullptr;
  }
  Task<Result<KnownIndex>> look_up(ObjectPtr object, std::string) override {
    if (damaged.contains(object->stamp())) co_return KnownIndex{KnownIndex::State::Damaged};
    const auto shard = try_open(object);
    if (!shard) co_return KnownIndex{};
    co_return KnownIndex{KnownIndex::State::Known, shard->index->size()};
  }
  /// Stamps of objects whose index on disk is damaged, until they are opened.
  std::set<std::uint64_t> damaged;
  std::optional<Shard> try_open(const ObjectPtr& object) override {
    if (const auto found = shards_.find(object->stamp()); found != shards_.end()) return found->second;
    return std::nullopt;
  }
  Task<Result<Shard>> open(ObjectPtr object, std::string label, std::shared_ptr<MemberTap> tap = nullptr) override {
    if (const auto format = by_name(label)) {
      ++passes_;
      damaged.erase(object->stamp());
      BRYO_CO_TRY(index, index_of(*format->reader, *object, label, ~std::size_t{0}, tap.get()));
      Shard shard{.object = object, .index = std::move(index), .format = format};
      shards_[object->stamp()] = shard;
      co_return shard;
    }
    co_return Error(Errc::InvalidArgument,
                    "unrecognized or unsupported file format: \"" + label.substr(label.rfind('/') + 1) + "\"");
  }

 private:
  std::vector<std::shared_ptr<const ArchiveFormat>> formats_;
  std::map<std::uint64_t, Shard> shards_;
  std::size_t passes_ = 0;
};

/// Runs the work at once, on the thread that asks.
class InlinePool final : public BlockingPool {
 public:
  Task<Status> run(std::function<Status()> work) override { co_return work(); }
};

/// A budget of bytes.
class MemoryMeter final : public Memory {
 public:
  std::uint64_t limit = ~std::uint64_t{0};
  [[nodiscard]] std::uint64_t in_use() const noexcept { return in_use_; }
  [[nodiscard]] std::uint64_t peak() const noexcept { return peak_; }

  Result<std::unique_ptr<Reservation>> reserve(std::uint64_t bytes, std::string_view purpose) override {
    if (bytes > limit - in_use_) {
      return Error(Errc::TooManyRequests, "no memory for " + std::string(purpose)).with_retry_after(1);
    }
    in_use_ += bytes;
    peak_ = std::max(peak_, in_use_);
    return std::unique_ptr<Reservation>(std::make_unique<Held>(*this, bytes));
  }

 private:
  struct Held final : Reservation {
    Held(MemoryMeter& m, std::uint64_t n) : meter(m), bytes(n) {}
    ~Held() override { meter.in_use_ -= bytes; }
    MemoryMeter& meter;
    const std::uint64_t bytes;
  };
  std::uint64_t in_use_ = 0;
  std::uint64_t peak_ = 0;
};

/// Stands still until the test moves it.
class ManualClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point steady{};
  std::int64_t unix_time_ns = 1'700'000'000'000'000'000;
  [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return steady; }
  [[nodiscard]] std::int64_t unix_ns() const override { return unix_time_ns; }
};

/// Keeps the messages.
class MemoryLog final : public Log {
 public:
  std::vector<std::string> lines;
  void debug(std::string_view message, Fields = {}) override { lines.emplace_back(message); }
  void info(std::string_view message, Fields = {}) override { lines.emplace_back(message); }
  void warning(std::string_view message, Fields = {}) override { lines.emplace_back(message); }
  void error(std::string_view message, Fields = {}) override { lines.emplace_back(message); }
};

/// The value of a message, as a test writes it: `MemoryFields({{"archname", "a.tar"}, {"coer", true}})`.
class MemoryFields final : public MessageFields {
 public:
  using Value = std::variant<std::string, std::vector<std::string>, bool, std::int64_t, BucketName>;
  using Values = std::map<std::string, Value, std::less<>>;
  explicit MemoryFields(Values values = {}) : values_(std::move(values)) {}

  MessageFields& text(std::string_view name, std::string& out) override { return take(name, out); }
  MessageFields& texts(std::string_view name, std::vector<std::string>& out) override { return take(name, out); }
  MessageFields& boolean(std::string_view name, bool& out) override { return take(name, out); }
  MessageFields& integer(std::string_view name, std::int64_t& out) override { return take(name, out); }
  MessageFields& bucket(std::string_view name, BucketName& out) override { return take(name, out); }
  MessageFields& ignore(std::string_view name) override {
    if (const auto found = values_.find(name); found != values_.end()) values_.erase(found);
    return *this;
  }
  /// What the server says may differ in words.
  [[nodiscard]] Status finish() const override {
    if (!wrong_.empty()) return Error(Errc::InvalidArgument, "field \"" + wrong_ + "\" has the wrong type");
    if (!values_.empty()) return Error(Errc::InvalidArgument, "found unknown field: " + values_.begin()->first);
    return {};
  }
  [[nodiscard]] std::string json() const override { return "{}"; }

 private:
  template <class T>
  MessageFields& take(std::string_view name, T& out) {
    const auto found = values_.find(name);
    if (found == values_.end()) return *this;
    if (const T* value = std::get_if<T>(&found->second)) {
      out = *value;
    } else if (wrong_.empty()) {
      wrong_ = name;
    }
    values_.erase(found);
    return *this;
  }
  Values values_;  ///< not taken yet
  std::string wrong_;
};

/// What a job says to being started.
inline Result<XactionPlan> prepare(Xaction& xaction, const BucketPtr& bucket, MemoryFields::Values values = {},
                                   const Query& query = {}) {
  MemoryFields value(std::move(values));
  XactionRequest request{
      .action = "act", .name = {}, .bucket = bucket, .target = "testt", .query = query, .value = value, .scope = {}};
  return run(xaction.prepare(request));
}

/// What a job gets: run it with `testing::run(xaction->run(job))`, abort it with `job.stopped = true`.
class MemoryJob final : public XactionContext {
 public:
  explicit MemoryJob(std::string id, BucketPtr bucket = nullptr, std::map<std::string, std::string> arguments = {})
      : id_(std::move(id)), bucket_(std::move(bucket)), arguments_(std::move(arguments)) {}
  bool stopped = false;
  std::vector<std::string> errors;
  std::vector<std::string> messages;
  XactionStats counters;
  std::size_t users = 0;
  [[nodiscard]] const std::string& id() const noexcept override { return id_; }
  [[nodiscard]] BucketPtr bucket() const override { return bucket_; }
  [[nodiscard]] std::string argument(std::string_view name) const override {
    const auto found = arguments_.find(std::string(name));
    return found == arguments_.end() ? std::string() : found->second;
  }
  [[nodiscard]] bool aborted() const noexcept override { return stopped; }
  XactionStats& stats() noexcept override { return counters; }
  void soft_error(std::string message) override { errors.push_back(std::move(message)); }
  void log(std::string message) override { messages.push_back(std::move(message)); }

 private:
  const std::string id_;
  const BucketPtr bucket_;
  const std::map<std::string, std::string> arguments_;
};

/// One job for every kind, which never goes idle.
class MemoryXactions final : public Xactions {
 public:
  using Job = MemoryJob;

  Job job{"gbt-Ab3dEf9hI"};

  Result<std::shared_ptr<XactionLease>> acquire(std::string_view) override {
    return std::shared_ptr<XactionLease>(std::make_shared<Lease>(job));
  }

 private:
  struct Lease final : XactionLease {
    explicit Lease(Job& j) : leased(j) { ++leased.users; }
    ~Lease() override { --leased.users; }
    [[nodiscard]] const std::string& id() const noexcept override { return leased.id(); }
    [[nodiscard]] XactionContext& context() noexcept override { return leased; }
    Job& leased;
  };
};

/// One target, which owns everything.
class SingleTarget final : public ClusterView {
 public:
  explicit SingleTarget(std::string id) : id_(std::move(id)) {}
  [[nodiscard]] std::size_t active_targets() const noexcept override { return 1; }
  [[nodiscard]] const std::string& owner(std::string_view, std::string_view) const override { return id_; }

 private:
  const std::string id_;
};

class FakeHost final : public Host {
 public:
  MemoryBuckets bucket_store;
  MemoryObjects object_store;
  MemoryArchives archive_store;
  MemoryXactions jobs;
  MemoryMeter memory_meter;
  InlinePool pool;
  ManualClock test_clock;
  MemoryLog test_log;

  const NodeIdentity& node() const override { return identity_; }
  Buckets& buckets() override { return bucket_store; }
  Objects& objects() override { return object_store; }
  Archives& archives() override { return archive_store; }
  Xactions& xactions() override { return jobs; }
  std::shared_ptr<const ClusterView> cluster() override { return std::make_shared<SingleTarget>("testt"); }
  Memory& memory() override { return memory_meter; }
  BlockingPool& blocking() override { return pool; }
  Clock& clock() override { return test_clock; }
  Log& log() override { return test_log; }
  std::string spool_dir() override { return {}; }
  /// What another plugin would offer. `closed_services` makes every use fail with Unavailable, as if it were drained.
  template <class Interface>
  void offer(std::string name, std::shared_ptr<Interface> object) {
    services_.insert_or_assign(std::move(name), Offered{typeid(Interface), std::move(object)});
  }
  bool closed_services = false;

 protected:
  Result<OfferedService> find_service(std::string_view name, const std::type_info& type) override {
    const auto found = services_.find(name);
    if (found == services_.end()) {
      return Error(Errc::NotFound, "service '" + std::string(name) + "' is offered by nobody");
    }
    if (found->second.type != type) {
      return Error(Errc::InvalidArgument, "service '" + std::string(name) + "' has another type");
    }
    return OfferedService{std::make_shared<Door>(*this), found->second.object};
  }

 private:
  struct Offered {
    std::type_index type;
    std::shared_ptr<void> object;
  };
  struct Door final : ServiceDoor {
    explicit Door(const FakeHost& host) : of(host) {}
    Result<std::shared_ptr<void>> enter() override {
      if (of.closed_services) return Error(Errc::Unavailable, "its plugin is drained");
      return std::make_shared<int>();
    }
    const FakeHost& of;
  };
  std::map<std::string, Offered, std::less<>> services_;
  const NodeIdentity identity_{.gateway_id = "testp", .target_id = "testt"};
};

/// Keeps what a plugin declares. Options have their defaults.
class FakeRegistrar final : public Registrar {
 public:
  Counter& counter(MetricSpec spec) override { return counters_[spec.name]; }
  Gauge& gauge(MetricSpec spec) override { return gauges_[spec.name]; }
  Histogram& histogram(MetricSpec spec) override { return histograms_[spec.name]; }
  void route(RouteSpec spec, RouteHandler handler) override {
    routes.emplace_back(std::move(spec), std::move(handler));
  }
  void xaction(XactionKind kind, XactionFactory factory) override {
    xactions.emplace_back(std::move(kind), std::move(factory));
  }
  void archive_format(ArchiveFormat format) override { formats.push_back(std::move(format)); }
  void backend(BackendSpec spec, BackendFactory factory) override {
    backends.emplace_back(std::move(spec), std::move(factory));
  }
  void meta_store(MetaStoreSpec spec, MetaStoreFactory factory) override {
    meta_stores.emplace_back(std::move(spec), std::move(factory));
  }
  void object_hook(ObjectHookSpec spec, ObjectHook hook) override {
    hooks.emplace_back(std::move(spec), std::move(hook));
  }

  /// The values of a metric, by its internal name; 0 for one that was not declared.
  [[nodiscard]] std::uint64_t counter_value(const std::string& name) const {
    const auto found = counters_.find(name);
    return found == counters_.end() ? 0 : found->second.value();
  }
  [[nodiscard]] const Histogram& histogram_of(const std::string& name) const { return histograms_.at(name); }
  [[nodiscard]] std::size_t metrics() const noexcept { return counters_.size() + gauges_.size() + histograms_.size(); }

  /// The handler of exactly this pattern.
  [[nodiscard]] const RouteHandler& handler(std::string_view pattern) const {
    for (const auto& [spec, handler] : routes) {
      if (spec.pattern == pattern) return handler;
    }
    throw std::out_of_range("no route " + std::string(pattern));
  }
  /// As if the configuration had this value.
  template <class T>
  void set_option(const std::string& key, T value) {
    std::get<Cell<T>>(options_.at(key))->store(std::move(value));
  }

  std::vector<std::pair<RouteSpec, RouteHandler>> routes;
  std::vector<std::pair<XactionKind, XactionFactory>> xactions;
  std::vector<ArchiveFormat> formats;
  std::vector<std::pair<BackendSpec, BackendFactory>> backends;
  std::vector<std::pair<MetaStoreSpec, MetaStoreFactory>> meta_stores;
  std::vector<std::pair<ObjectHookSpec, ObjectHook>> hooks;
  std::map<std::string, std::shared_ptr<void>> services;

 private:
  template <class T>
  using Cell = std::shared_ptr<OptionCell<T>>;
  template <class T>
  std::shared_ptr<const OptionCell<T>> keep(OptionSpec<T> spec) {
    auto cell = std::make_shared<OptionCell<T>>(std::move(spec.default_value));
    options_.insert_or_assign(spec.key, cell);
    return cell;
  }
  std::shared_ptr<const OptionCell<bool>> add_option(OptionSpec<bool> spec) override { return keep(std::move(spec)); }
  std::shared_ptr<const OptionCell<std::int64_t>> add_option(OptionSpec<std::int64_t> spec) override {
    return keep(std::move(spec));
  }
  std::shared_ptr<const OptionCell<double>> add_option(OptionSpec<double> spec) override {
    return keep(std::move(spec));
  }
  std::shared_ptr<const OptionCell<Size>> add_option(OptionSpec<Size> spec) override { return keep(std::move(spec)); }
  std::shared_ptr<const OptionCell<Duration>> add_option(OptionSpec<Duration> spec) override {
    return keep(std::move(spec));
  }
  std::shared_ptr<const OptionCell<std::string>> add_option(OptionSpec<std::string> spec) override {
    return keep(std::move(spec));
  }
  std::shared_ptr<const OptionCell<std::vector<std::string>>> add_option(
      OptionSpec<std::vector<std::string>> spec) override {
    return keep(std::move(spec));
  }

  void add_service(ServiceSpec spec, const std::type_info&, std::shared_ptr<void> object) override {
    services.insert_or_assign(std::move(spec.name), std::move(object));
  }

  std::map<std::string, Counter> counters_;
  std::map<std::string, Gauge> gauges_;
  std::map<std::string, Histogram> histograms_;
  std::map<std::string, std::variant<Cell<bool>, Cell<std::int64_t>, Cell<double>, Cell<Size>, Cell<Duration>,
                                     Cell<std::string>, Cell<std::vector<std::string>>>>
      options_;
};

/// A request body in memory.
class MemoryBody final : public ByteSource {
 public:
  explicit MemoryBody(std::string text) : text_(std::move(text)) {}
  Task<Result<std::size_t>> read(MutableBytes out) override {
    const auto n = std::min(out.size(), text_.size() - at_);
    std::memcpy(out.data(), text_.data() + at_, n);
    at_ += n;
    co_return n;
  }

 private:
  const std::string text_;
  std::size_t at_ = 0;
};

/// Keeps a streamed body.
class MemorySink final : public BodySink {
 public:
  std::string bytes;
  std::map<std::string, std::string> trailers;
  std::vector<std::size_t> writes;  ///< sizes, one for each call of the sink
  std::size_t objects_sent = 0;     ///< file to socket
  bool ended = false;               ///< by write_last
  /// The client goes away after this many bytes.
  std::size_t gone_after = ~std::size_t{0};

  Task<Status> write(std::span<const BytesView> pieces) override { co_return take(pieces); }
  Task<Status> write_last(std::span<const BytesView> pieces) override {
    ended = true;
    co_return take(pieces);
  }
  Task<Status> send_object(BytesView head, ObjectPtr object, std::uint64_t offset, std::uint64_t length) override {
    std::string content(length, '\0');
    BRYO_CO_CHECK(object->read_blocking(offset, std::as_writable_bytes(std::span(content))));
    ++objects_sent;
    const BytesView pieces[] = {head, as_bytes(content)};
    co_return take(pieces);
  }
  void trailer(std::string name, std::string value) override { trailers[std::move(name)] = std::move(value); }

 private:
  Status take(std::span<const BytesView> pieces) {
    const auto before = bytes.size();
    for (const auto& piece : pieces) bytes.append(as_text(piece));
    writes.push_back(bytes.size() - before);
    if (bytes.size() > gone_after) return Error(Errc::Cancelled, "the client is gone");
    return {};
  }
};

}  // namespace bryo::testing
