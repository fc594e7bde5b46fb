#include "../hello.cc"  // its classes are in an anonymous namespace

#include <bryo/testing.h>

#include <gtest/gtest.h>

namespace {

struct HelloOnFakes {
  bryo::testing::FakeRegistrar registrar;
  bryo::testing::FakeHost host;
  HelloPlugin plugin;

  HelloOnFakes() { (void)plugin.declare(registrar); }
  std::unique_ptr<bryo::Xaction> make() { return registrar.xactions.front().second(); }
};

TEST(Hello, GreetsAndCounts) {
  HelloOnFakes fakes;
  bryo::testing::MemoryJob job("job-000000001", nullptr, {{"who", "world"}});
  ASSERT_TRUE(bryo::testing::run(fakes.make()->run(job)));
  EXPECT_EQ(job.messages.back(), "hello, world");
  EXPECT_EQ(fakes.registrar.counter_value("count"), 1u);
}

TEST(Hello, RefusesAnEmptyName) {
  HelloOnFakes fakes;
  bryo::testing::MemoryJob job("job-000000001");
  const auto status = bryo::testing::run(fakes.make()->run(job));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message(), "hello: 'who' must not be empty");
  EXPECT_EQ(fakes.registrar.counter_value("count"), 0u);
}

}  // namespace
