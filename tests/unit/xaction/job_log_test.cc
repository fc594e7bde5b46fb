#include <bryo/testing.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <kernel/runtime/sync_point.h>
#include <kernel/xaction/xaction_registry.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace bryo::kernel {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class Sleeper final : public Xaction {
 public:
  explicit Sleeper(bool& forever) : forever_(forever) {}
  Task<Status> run(XactionContext& job) override {
    job.stats().local_objects += 3;
    job.soft_error("one is odd \xff");
    if (forever_) co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
    co_return Status{};
  }
  [[nodiscard]] std::string control_message() const override { return "3 of 3"; }

 private:
  bool& forever_;
};

class JobLogTest : public ::testing::Test {
 protected:
  JobLogTest() {
    std::string pattern = fs::temp_directory_path() / "jobs-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    path_ = directory_ + "/jobs.log";
  }
  ~JobLogTest() override { fs::remove_all(directory_); }

  /// A node's registry, with what earlier ones left.
  std::unique_ptr<XactionRegistry> node() {
    auto registry = std::make_unique<XactionRegistry>(clock_);
    registry->start(log_, buckets_);
    EXPECT_TRUE(registry->add(
        {.name = "sleep", .doc = "d", .display_name = "slumber", .reports_status = true},
        [this] { return std::make_unique<Sleeper>(forever_); }, "p"));
    auto opened = JobLog::open(path_, kJobs, clock_, log_);
    EXPECT_TRUE(opened) << opened.error().message();
    registry->keep(*std::move(opened), pool_);
    return registry;
  }
  std::string start(XactionRegistry& registry) {
    testing::MemoryFields value;
    const Query query;
    XactionRequest request{
        .action = {}, .name = {}, .bucket = bucket_, .target = "t", .query = query, .value = value, .scope = {}};
    const auto id = testing::run(registry.start("sleep", request, {}, loop_.get_executor()));
    EXPECT_TRUE(id);
    return id ? *id : "";
  }
  void finish() {
    loop_.run();
    loop_.restart();
  }
  void append(const std::string& text) { std::ofstream(path_, std::ios::app | std::ios::binary) << text; }

  static constexpr std::size_t kJobs = 10;
  std::string directory_;
  std::string path_;
  testing::ManualClock clock_;
  testing::MemoryLog log_;
  testing::InlinePool pool_;
  testing::MemoryBuckets buckets_;
  const BucketPtr bucket_ = buckets_.add("b");
  bool forever_ = false;
  boost::asio::io_context loop_;
};

TEST_F(JobLogTest, AJobIsShownAfterARestartAsItWas) {
  auto first = node();
  const std::string id = start(*first);
  finish();
  const auto snapshot = first->snapshots({.id = id});
  const auto status = first->status({.id = id});
  first.reset();
  const auto second = node();
  auto shown = *snapshot;
  shown[0]["err"] = "one is odd \xEF\xBF\xBD";  // a name that is no UTF-8 is shown by its nearest
  EXPECT_EQ(*second->snapshots({.id = id}), shown);
  EXPECT_EQ((*second->status({.id = id}))["end_time"], (*status)["end_time"]);
  EXPECT_EQ((*second->status({.kind = "slumber"}))["uuid"], id);
  EXPECT_THAT(*second->snapshots({.kind = "sleep", .buckets = {bucket_->name()}}), SizeIs(1));
  EXPECT_THAT(*second->snapshots({.buckets = {{.name = "other"}}}), SizeIs(0));
  EXPECT_THAT(*second->snapshots({.only_running = true}), SizeIs(0));
  EXPECT_THAT(*second->status_all({}), SizeIs(1));
  EXPECT_TRUE(second->stop({.id = id})) << "it has ended";
}

TEST_F(JobLogTest, AJobThatTheNodeWentDownUnderIsShownAsAborted) {
  forever_ = true;
  auto first = node();
  const std::string id = start(*first);
  first.reset();  // never ran to its end
  clock_.unix_time_ns += 5'000'000'000;
  for (int restarts = 0; restarts < 2; ++restarts) {
    const auto later = node();
    const auto snapshot = (*later->snapshots({.id = id}))[0];
    EXPECT_EQ(snapshot["aborted"], true);
    EXPECT_EQ(snapshot["abort-err"], "the node went down while the job ran");
    EXPECT_EQ((*later->status({.id = id}))["end_time"], 1'700'000'005'000'000'000);
    clock_.unix_time_ns += 1'000'000'000;
  }
}

TEST_F(JobLogTest, DamageIsPassedOver) {
  auto first = node();
  const std::string id = start(*first);
  finish();
  first.reset();
  append("0123456789abcdef {\"ended\":1}\n\n\xff\xfe\n0123456789abcdef {\"torn");
  auto second = node();
  EXPECT_THAT(*second->snapshots({.id = id}), SizeIs(1));
  EXPECT_THAT(log_.lines.back(), HasSubstr("damaged"));
  const std::string after = start(*second);
  finish();
  second.reset();
  const auto lines = log_.lines.size();
  const auto third = node();
  EXPECT_THAT(*third->snapshots({}), SizeIs(2)) << "what is written behind a torn line is whole";
  EXPECT_TRUE(third->snapshots({.id = after}));
  EXPECT_EQ(log_.lines.size(), lines) << "the damage was taken out";
}

TEST_F(JobLogTest, EveryTornEndLeavesTheJobsBefore) {
  auto first = node();
  const std::string id = start(*first);
  finish();
  const auto whole = fs::file_size(path_);
  start(*first);
  finish();
  first.reset();
  const auto size = fs::file_size(path_);
  for (auto cut = size; cut >= whole; cut -= 7) {
    fs::resize_file(path_, cut);
    const auto log = JobLog::open(path_ + ".copy", kJobs, clock_, log_);
    fs::copy_file(path_, path_ + ".copy", fs::copy_options::overwrite_existing);
    const auto again = JobLog::open(path_ + ".copy", kJobs, clock_, log_);
    ASSERT_TRUE(again);
    const auto past = (*again)->take_past();
    ASSERT_GE(past.size(), 1u);
    EXPECT_EQ(past.front().id, id);
  }
}

TEST_F(JobLogTest, OnlyTheNewestAreKeptAndTheFileDoesNotGrow) {
  auto registry = node();
  std::string last;
  std::uintmax_t largest = 0;
  for (int i = 0; i < 200; ++i) {
    last = start(*registry);
    finish();
    largest = std::max(largest, fs::file_size(path_));
  }
  registry.reset();
  EXPECT_LT(largest, 5 * kJobs * 1'024);
  const auto later = node();
  EXPECT_THAT(*later->snapshots({}), SizeIs(kJobs));
  EXPECT_TRUE(later->snapshots({.id = last}));
}

TEST_F(JobLogTest, AFileThatCannotBeMadeIsNamed) {
  const auto refused = JobLog::open(directory_ + "/none/jobs.log", kJobs, clock_, log_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("/none/jobs.log"));
}

TEST_F(JobLogTest, WhatCannotBeWrittenIsMissingAndNothingElse) {
  auto registry = node();
  std::string lost;
  {
    const ScopedFault full("jobs.write", ENOSPC);
    lost = start(*registry);
    finish();
  }
  EXPECT_THAT(log_.lines.back(), HasSubstr("a job is missing"));
  const std::string kept = start(*registry);
  finish();
  EXPECT_THAT(*registry->snapshots({}), SizeIs(2)) << "the job itself ran";
  registry.reset();
  const auto later = node();
  EXPECT_TRUE(later->snapshots({.id = kept}));
  EXPECT_FALSE(later->snapshots({.id = lost}));
}

}  // namespace
}  // namespace bryo::kernel
