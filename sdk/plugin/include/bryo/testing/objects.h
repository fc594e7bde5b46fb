#pragma once

/// The objects of all buckets, in memory.

#include <bryo/testing/object.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace bryo::testing {

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
  /// What the backend of a remote bucket has; it comes here when it is opened.
  void put_there(const Bucket& bucket, std::string name, std::string content) {
    there_[{bucket.id(), std::move(name)}] = std::make_shared<MemoryObject>(std::move(content), ++stamps_);
  }
  void erase_there(const Bucket& bucket, const std::string& name) { there_.erase({bucket.id(), name}); }

  std::optional<Result<ObjectPtr>> try_open(const Bucket& bucket, std::string_view object) override {
    if (cold_.contains({bucket.id(), std::string(object)})) return std::nullopt;
    if (is_remote(bucket.name()) && at(bucket, std::string(object)) == nullptr) return std::nullopt;
    return find(bucket, std::string(object));
  }
  Task<Result<ObjectPtr>> open(BucketPtr bucket, std::string object) override {
    const Key key(bucket->id(), object);
    cold_.erase(key);
    if (const auto there = there_.find(key); there != there_.end()) objects_.emplace(key, there->second);
    co_return find(*bucket, object);
  }
  Task<Result<std::unique_ptr<ObjectWriter>>> create(BucketPtr bucket, std::string object,
                                                     WriteOptions options) override {
    if (slow) co_await suspend();
    if (full) co_return Error(Errc::OutOfSpace, "the disk is full");
    co_return std::unique_ptr<ObjectWriter>(
        std::make_unique<Draft>(*this, std::move(bucket), std::move(object), options.replaces));
  }
  Task<Status> remove(BucketPtr bucket, std::string object) override {
    if (slow) co_await suspend();
    there_.erase({bucket->id(), object});
    if (at(*bucket, object) == nullptr) {
      co_return Error(Errc::NotFound, bucket->name().uri() + "/" + object + " doesn't exist");
    }
    erase(*bucket, object);
    co_return Status();
  }
  Task<Status> evict(BucketPtr bucket, std::string object) override {
    if (!is_remote(bucket->name())) co_return Error(Errc::Unsupported, "cannot evict: no backend keeps the objects");
    if (at(*bucket, object) == nullptr) {
      co_return Error(Errc::NotFound, bucket->name().uri() + "/" + object + " does not exist", "ErrNotFound");
    }
    erase(*bucket, object);
    co_return Status();
  }
  /// Whoever waits goes around the loop until it is free.
  Task<Result<std::unique_ptr<ObjectTurn>>> take_turn(BucketPtr bucket, std::string object) override {
    struct Turn final : ObjectTurn {
      Turn(std::set<Key>& t, Key k) : taken(t), key(std::move(k)) {}
      ~Turn() override { taken.erase(key); }
      std::set<Key>& taken;
      const Key key;
    };
    Key key(bucket->id(), std::move(object));
    while (!turns_.insert(key).second) co_await suspend();
    co_return std::make_unique<Turn>(turns_, std::move(key));
  }
  Task<Result<ObjectPage>> list(BucketPtr bucket, ObjectQuery query) override {
    const std::size_t number = ++pages_;
    if (on_list) on_list(number);
    if (slow) co_await suspend();
    if (broken_page == number) co_return Error(Errc::Io, "the disk is broken here");
    ObjectPage page;
    const bool there = query.of_backend && is_remote(bucket->name());
    const auto& objects = there ? there_ : objects_;
    if (there) query.after = query.token;
    for (auto at = objects.lower_bound({bucket->id(), std::max(query.prefix, query.after)}); at != objects.end();
         ++at) {
      const auto& [id, name] = at->first;
      if (id != bucket->id() || !name.starts_with(query.prefix)) break;
      if (!query.after.empty() && name <= query.after) continue;
      if (page.objects.size() == query.limit) {
        page.more = true;
        if (there) page.token = page.objects.back().name;
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
    Draft(MemoryObjects& objects, BucketPtr bucket, std::string name, std::optional<std::uint64_t> replaces)
        : objects_(objects), bucket_(std::move(bucket)), name_(std::move(name)), replaces_(replaces) {}
    Task<Status> write(BytesView bytes) override {
      if (objects_.slow) co_await suspend();
      if (objects_.full) co_return Error(Errc::OutOfSpace, "the disk is full");
      content_.append(as_text(bytes));
      co_return Status();
    }
    Task<Result<ObjectAttributes>> commit() override {
      const auto there = objects_.at(*bucket_, name_);
      if (replaces_ && *replaces_ != (there ? there->stamp() : kNoObject)) {
        co_return Error(Errc::Conflict, bucket_->name().uri() + "/" + name_ + " was replaced or deleted meanwhile");
      }
      BRYO_CO_TRY(stored, objects_.put(*bucket_, name_, std::move(content_))->attributes());
      co_return *stored;
    }

   private:
    MemoryObjects& objects_;
    const BucketPtr bucket_;
    const std::string name_;
    const std::optional<std::uint64_t> replaces_;
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
  std::map<Key, std::shared_ptr<MemoryObject>> there_;
  std::map<Key, bool> cold_;
  std::set<Key> turns_;
  std::uint64_t stamps_ = 0;
  std::size_t opens_ = 0;
  std::size_t pages_ = 0;
};

}  // namespace bryo::testing
