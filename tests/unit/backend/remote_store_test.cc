#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kernel/backend/remote_store.h>
#include <kernel/memory/memory_budget.h>
#include <tests/unit/backend/map_backend.h>
#include <tests/unit/store/store_fixture.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

namespace bryo::kernel::testing {
namespace {

using ::testing::HasSubstr;

/// The store of a node with a backend "map", whose bucket is `remote`, beside the bucket `local` of its own.
class RemoteStoreTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    there->objects = {{"o", "the content"}, {"empty", ""}};
    ASSERT_TRUE(backends.add(
        {.provider = "map", .doc = "In memory."}, [this] { return std::make_unique<MapBackend>(there); }, "test"));
    files = store.get();
    store = std::make_unique<RemoteStore>(std::move(store), backends, memory);
  }
  /// Whether the node itself has it.
  bool here(const std::string& name) { return await(files->open_present(remote, name)).has_value(); }

  const BucketPtr local = make_bucket(1);
  const BucketPtr remote =
      std::make_shared<BucketRecord>(BucketName{.provider = "map", .name = "b"}, 2, StoragePolicy{});
  std::shared_ptr<RemoteBuckets> there = std::make_shared<RemoteBuckets>();
  BackendRegistry backends;
  MemoryBudget memory{64 << 20};
  ObjectStore* files = nullptr;
};

TEST_F(RemoteStoreTest, WhatIsNotHereIsBroughtOnce) {
  EXPECT_EQ(content(remote, "o"), "the content");
  EXPECT_EQ(content(remote, "o"), "the content");
  EXPECT_EQ(there->reads, 1);
  EXPECT_EQ(content(remote, "empty"), "");
  const auto attributes = *(*get(remote, "o"))->attributes();
  EXPECT_EQ(attributes->version, "v11");
  EXPECT_EQ(attributes->custom.front().second, "map");
}

TEST_F(RemoteStoreTest, BucketsOfTheNodeAreNotAskedFor) {
  EXPECT_THAT(content(local, "o"), HasSubstr("ais://b/o"));
  EXPECT_EQ(there->reads, 0);
  ASSERT_TRUE(put(local, "mine", "x"));
  EXPECT_FALSE(there->objects.contains("mine"));
}

TEST_F(RemoteStoreTest, ManyReadersShareOneTransfer) {
  boost::asio::io_context loop;
  there->released = std::make_shared<boost::asio::steady_timer>(loop, boost::asio::steady_timer::time_point::max());
  std::vector<std::future<Result<ObjectPtr>>> readers;
  for (int i = 0; i < 10; ++i) {
    readers.push_back(boost::asio::co_spawn(loop, store->open(remote, "o"), boost::asio::use_future));
  }
  loop.poll();
  EXPECT_EQ(there->reads, 1);
  there->released->cancel();
  loop.run();
  for (auto& reader : readers) EXPECT_TRUE(reader.get());
  EXPECT_EQ(there->reads, 1);
}

TEST_F(RemoteStoreTest, ATransferOutlivesItsFirstReader) {
  boost::asio::io_context loop;
  there->released = std::make_shared<boost::asio::steady_timer>(loop, boost::asio::steady_timer::time_point::max());
  boost::asio::cancellation_signal leave;
  std::optional<Errc> first;
  boost::asio::co_spawn(loop, store->open(remote, "o"),
                        boost::asio::bind_cancellation_slot(
                            leave.slot(), [&first](const std::exception_ptr&, const Result<ObjectPtr>& opened) {
                              first = opened ? Errc::Internal : opened.error().code();
                            }));
  loop.poll();
  auto second = boost::asio::co_spawn(loop, store->open(remote, "o"), boost::asio::use_future);
  loop.poll();
  leave.emit(boost::asio::cancellation_type::all);
  loop.poll();
  EXPECT_TRUE(first);
  there->released->cancel();
  loop.run();
  EXPECT_TRUE(second.get());
  EXPECT_EQ(there->reads, 1);
}

TEST_F(RemoteStoreTest, AFailureIsToldAndNotKept) {
  there->broken = Error(Errc::Unavailable, "the cloud is away");
  EXPECT_EQ(content(remote, "o"), "the cloud is away");
  there->broken.reset();
  EXPECT_EQ(content(remote, "o"), "the content");
  EXPECT_EQ(get(remote, "nope").error().code(), Errc::NotFound);
}

TEST_F(RemoteStoreTest, WhatEscapesFromATransferIsToldAndTheNextOneBegins) {
  there->throws = true;
  EXPECT_EQ(content(remote, "o"), "reading map://b/o failed: no memory");
  there->throws = false;
  EXPECT_EQ(content(remote, "o"), "the content");
}

TEST_F(RemoteStoreTest, APartIsNeverStored) {
  there->cut = 3;
  EXPECT_THAT(content(remote, "o"), HasSubstr("ended after 8 of 11 bytes"));
  EXPECT_FALSE(here("o"));
  there->cut = -3;
  EXPECT_THAT(content(remote, "o"), HasSubstr("ended late"));
  EXPECT_FALSE(here("o"));
}

TEST_F(RemoteStoreTest, APutIsThereBeforeItIsHere) {
  const auto stored = put(remote, "new", "written through");
  ASSERT_TRUE(stored) << stored.error().message();
  EXPECT_EQ(stored->version, "v15");
  EXPECT_EQ(there->objects.at("new"), "written through");
  EXPECT_EQ(content(remote, "new"), "written through");
  EXPECT_EQ(there->reads, 0);

  there->broken = Error(Errc::Unavailable, "the cloud is away");
  EXPECT_EQ(put(remote, "new", "lost").error().message(), "the cloud is away");
  EXPECT_EQ(content(remote, "new"), "written through");
}

TEST_F(RemoteStoreTest, LargePutsAreReadBackWhole) {
  std::string large(5'000'000, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 31 >> 7);
  ASSERT_TRUE(put(remote, "large", large));
  EXPECT_TRUE(there->objects.at("large") == large);
  EXPECT_TRUE(content(remote, "large") == large);
}

TEST_F(RemoteStoreTest, ADeleteGoesThereFirst) {
  ASSERT_EQ(content(remote, "o"), "the content");
  there->broken = Error(Errc::Unavailable, "the cloud is away");
  EXPECT_FALSE(await(store->remove(remote, "o")));
  EXPECT_TRUE(here("o"));
  there->broken.reset();
  EXPECT_TRUE(await(store->remove(remote, "o")));
  EXPECT_FALSE(here("o") || there->objects.contains("o"));
  EXPECT_EQ(await(store->remove(remote, "o")).error().code(), Errc::NotFound);
}

Task<Status> overwrite(ObjectStore& store, BucketPtr bucket, std::string object, std::string content) {
  BRYO_CO_TRY(writer, co_await store.create(std::move(bucket), std::move(object), {}));
  BRYO_CO_CHECK(co_await writer->write(as_bytes(content)));
  BRYO_CO_TRY(stored, co_await writer->commit());
  static_cast<void>(stored);
  co_return Status{};
}

TEST_F(RemoteStoreTest, ATransferOfAnOldContentUndoesNoChange) {
  for (const bool removed : {false, true}) {
    boost::asio::io_context loop;
    there->objects["o"] = "old";
    there->released = std::make_shared<boost::asio::steady_timer>(loop, boost::asio::steady_timer::time_point::max());
    auto reader = boost::asio::co_spawn(loop, store->open(remote, "o"), boost::asio::use_future);
    // what is not here: so the transfer has its content before the change begins
    const int before = there->reads;
    while (there->reads == before) loop.run_one();
    auto change = boost::asio::co_spawn(
        loop, removed ? store->remove(remote, "o") : overwrite(*store, remote, "o", "new"), boost::asio::use_future);
    const auto changed = [&] { return removed ? !there->objects.contains("o") : there->objects.at("o") == "new"; };
    while (!changed()) loop.run_one();
    there->released->cancel();
    loop.run();
    EXPECT_TRUE(reader.get());
    EXPECT_TRUE(change.get());
    there->released.reset();
    if (removed) {
      EXPECT_FALSE(here("o"));
    } else {
      EXPECT_EQ(content(remote, "o"), "new");
      EXPECT_TRUE(await(store->evict(remote, "o")));
    }
  }
}

TEST_F(RemoteStoreTest, EvictingKeepsWhatIsThere) {
  ASSERT_EQ(content(remote, "o"), "the content");
  EXPECT_TRUE(await(store->evict(remote, "o")));
  EXPECT_FALSE(here("o"));
  EXPECT_EQ(content(remote, "o"), "the content");
  EXPECT_EQ(there->reads, 2);
}

}  // namespace
}  // namespace bryo::kernel::testing
