// A drain while an object is on its way from the plugin's backend.
#include <gtest/gtest.h>
#include <kernel/backend/remote_store.h>
#include <kernel/memory/memory_budget.h>
#include <kernel/plugin/gated_backend.h>
#include <tests/unit/plugin/slow_backend.h>
#include <tests/unit/store/store_fixture.h>

#include <thread>

namespace bryo::kernel::testing {
namespace {

class ColdReadDrain : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    gate->open();
    const auto factory = [] { return std::make_unique<SlowBackend>(sleep); };
    ASSERT_TRUE(backends.add({.provider = "map", .doc = "Waits."}, gated(gate, factory), "test"));
    store = std::make_unique<RemoteStore>(std::move(store), backends, memory);
  }

  const BucketPtr remote =
      std::make_shared<BucketRecord>(BucketName{.provider = "map", .name = "b"}, 2, StoragePolicy{});
  std::shared_ptr<CallGate> gate = std::make_shared<CallGate>("folder");
  BackendRegistry backends;
  MemoryBudget memory{64 << 20};
};

/// They share one transfer, which nobody else could end.
TEST_F(ColdReadDrain, EveryReaderHearsOfIt) {
  boost::asio::io_context loop;
  std::vector<std::future<Result<ObjectPtr>>> readers;
  for (const char* object : {"slow", "o"}) {
    for (int i = 0; i < 10; ++i) {
      readers.push_back(boost::asio::co_spawn(loop, store->open(remote, object), boost::asio::use_future));
    }
  }
  // The store's own blocking calls are answered by threads of the pool.
  while (gate->calls() < 2) loop.run_one();
  std::thread runner([&] { loop.run(); });
  const auto now = Deadline(Deadline::Clock::now());
  EXPECT_TRUE(gate->close_and_wait(CallGate::Closed::Drained, now, Deadline::after(std::chrono::seconds(30))));
  runner.join();
  for (auto& reader : readers) {
    const auto opened = reader.get();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().status(), 503);
    EXPECT_NE(opened.error().message().find("plugin 'folder' is drained"), std::string::npos)
        << opened.error().message();
  }
}

}  // namespace
}  // namespace bryo::kernel::testing
