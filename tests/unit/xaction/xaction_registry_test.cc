#include <bryo/testing.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <kernel/xaction/xaction_registry.h>

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

namespace bryo::kernel {
namespace {

using namespace std::chrono_literals;

class MovableClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return {}; }
  [[nodiscard]] std::int64_t unix_ns() const override { return now_ns; }
  void advance(std::chrono::nanoseconds by) { now_ns += by.count(); }
  std::int64_t now_ns = 1'795'228'394'973'845'792;
};

class SilentLog final : public Log {
 public:
  void debug(std::string_view, Fields) override {}
  void info(std::string_view, Fields) override {}
  void warning(std::string_view, Fields) override {}
  void error(std::string_view, Fields) override {}
};

class Job final : public Xaction {
 public:
  Task<Status> run(XactionContext& ctx) override {
    ctx.stats().local_objects += 7;
    for (int i = 0; i < 5; ++i) ctx.soft_error("object " + std::to_string(i) + " is odd");
    if (ctx.argument("fail") == "yes") co_return Error(Errc::Io, "the disk is gone");
    co_return Status{};
  }
  [[nodiscard]] std::string control_message() const override { return "working"; }
};

/// Tells of itself in JSON, and when it is destroyed.
class Teller final : public Xaction {
 public:
  explicit Teller(int& alive) : alive_(alive) { ++alive_; }
  ~Teller() override { --alive_; }
  Task<Status> run(XactionContext& ctx) override {
    found_ = ctx.argument("found");
    co_return Status{};
  }
  [[nodiscard]] std::string extension() const override { return found_; }

 private:
  int& alive_;
  std::string found_;
};

class XactionRegistryTest : public ::testing::Test {
 protected:
  XactionRegistryTest() {
    registry_.start(log_, buckets_);
    const auto factory = [] { return std::make_unique<Job>(); };
    EXPECT_TRUE(
        registry_.add({.name = "get-batch", .doc = "d", .id_prefix = "gbt-", .startable = false, .on_demand = true},
                      factory, "moss"));
    EXPECT_TRUE(registry_.add(
        {.name = "lru", .doc = "d", .display_name = "lru-eviction", .reports_status = true, .conflicts = {"lru"}},
        factory, "jobs"));
  }

  using Values = bryo::testing::MemoryFields::Values;
  Result<std::string> start(std::string kind, BucketPtr bucket = nullptr,
                            std::map<std::string, std::string> arguments = {}) {
    return begin(std::move(kind), "", std::move(bucket), {}, std::move(arguments));
  }
  /// By an action on a bucket.
  Result<std::string> act(std::string kind, std::string action, BucketPtr bucket, Values values) {
    return begin(std::move(kind), std::move(action), std::move(bucket), std::move(values), {});
  }
  Result<std::string> begin(std::string kind, std::string action, BucketPtr bucket, Values values,
                            std::map<std::string, std::string> arguments) {
    bryo::testing::MemoryFields value(std::move(values));
    const Query query;
    XactionRequest request{.action = std::move(action),
                           .name = {},
                           .bucket = std::move(bucket),
                           .target = "n1t",
                           .query = query,
                           .value = value,
                           .scope = {}};
    return bryo::testing::run(registry_.start(std::move(kind), request, std::move(arguments), loop_.get_executor()));
  }

  MovableClock clock_;
  SilentLog log_;
  bryo::testing::MemoryBuckets buckets_;
  XactionRegistry registry_{clock_};
  boost::asio::io_context loop_;
};

TEST_F(XactionRegistryTest, AnOnDemandJobServesUntilNobodyUsedItForAMinute) {
  std::string id;
  {
    const auto lease = registry_.acquire("get-batch");
    ASSERT_TRUE(lease);
    id = (*lease)->id();
    EXPECT_TRUE(std::regex_match(id, std::regex("gbt-[A-Za-z0-9][A-Za-z0-9_-]{7}[A-Za-z0-9]"))) << id;
    clock_.advance(5min);
    EXPECT_EQ((*registry_.acquire("get-batch"))->id(), id) << "in use, so it does not end";
  }
  clock_.advance(59s);
  EXPECT_EQ((*registry_.acquire("get-batch"))->id(), id);
  clock_.advance(60s);
  const auto snapshots = registry_.snapshots({.kind = "get-batch"});
  ASSERT_TRUE(snapshots);
  EXPECT_NE((*snapshots)[0]["end-time"], "0001-01-01T00:00:00Z");
  EXPECT_NE((*registry_.acquire("get-batch"))->id(), id);
}

TEST_F(XactionRegistryTest, TheSnapshotIsTheWires) {
  const auto id = start("lru-eviction");
  ASSERT_TRUE(id);
  loop_.run();
  const auto snapshots = registry_.snapshots({.id = *id});
  ASSERT_TRUE(snapshots);
  nlohmann::ordered_json snapshot = (*snapshots)[0];
  snapshot["id"] = "ID";
  const std::string none = R"({"name":"","provider":"","namespace":{"uuid":"","name":""}})";
  EXPECT_EQ(
      snapshot.dump(),
      R"({"ext":null,"start-time":"2026-11-21T02:33:14.973845792Z","end-time":"2026-11-21T02:33:14.973845792Z",)"
      R"("bck":)" +
          none + R"(,"src-bck":)" + none + R"(,"dst-bck":)" + none +
          R"(,"id":"ID","kind":"lru","ctlmsg":"working","abort-err":"",)"
          R"x("err":"object 0 is odd; object 1 is odd; object 2 is odd (and 2 more errors)","glob.id":"0",)x"
          R"("stats":{"loc-objs":"7","loc-bytes":"0","out-objs":"0","out-bytes":"0","in-objs":"0","in-bytes":"0"},)"
          R"("aborted":false,"is_idle":true})");
  EXPECT_EQ((*registry_.status({.id = *id}))["end_time"], clock_.now_ns);
}

TEST_F(XactionRegistryTest, AFailedJobSaysWhy) {
  const auto id = start("lru", nullptr, {{"fail", "yes"}});
  loop_.run();
  const std::string err = (*registry_.status({.id = *id}))["err"];
  EXPECT_NE(err.find("(and 3 more errors)"), std::string::npos) << err;
}

TEST_F(XactionRegistryTest, RefusesWithTheWiresTexts) {
  const auto text = [](const auto& result) { return result ? "(accepted)" : result.error().message(); };
  EXPECT_EQ(text(start("nonsense")), "invalid xaction (job) kind \"nonsense\"");
  EXPECT_EQ(text(registry_.snapshots({.kind = "nonsense"})), "invalid xaction (job) kind \"nonsense\"");
  EXPECT_EQ(text(start("get-batch")), "job \"get-batch\" cannot be started: it runs on demand");
  EXPECT_EQ(text(start("copy-bucket")), "xaction \"copy-bck\" requires a bucket to start");
  EXPECT_EQ(text(start("copy-bucket", buckets_.add("b"))),
            "job \"copy-bck\" cannot be started: no enabled plugin provides it");
  EXPECT_EQ(text(start("delete-objects")),
            "xaction \"delete-listrange\" cannot be started by its name: it has a separate API");
  EXPECT_EQ(text(registry_.snapshots({.id = "nope12345"})), "\"x-[nope12345]\" not found");
  EXPECT_EQ(text(registry_.status({.id = "nope12345"})), "x-[nope12345] does not exist");
  EXPECT_EQ(text(registry_.status({.kind = "dsort"})), "nl x-dsort does not exist");
  EXPECT_EQ(text(registry_.status({})), "invalid x-");
  EXPECT_EQ(text(registry_.stop({})), "cannot stop xaction given 'xa-[]' - expecting a valid kind and/or UUID");
  EXPECT_EQ(text(registry_.add({.name = "lru", .doc = "d"}, {}, "mine")),
            "job kind 'lru' of 'mine' is already provided by 'jobs': enable one of them");
}

TEST_F(XactionRegistryTest, AKnownKindThatNobodyProvidesHasNoJobs) {
  EXPECT_EQ(registry_.snapshots({.kind = "rebalance"})->dump(), "[]");
  EXPECT_EQ(registry_.status_all({.kind = "ec-bucket"})->dump(), "null");
}

TEST_F(XactionRegistryTest, ConflictingJobsDoNotRunTogether) {
  const auto first = start("lru");
  const auto second = start("lru");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().status(), 409);
  EXPECT_EQ(second.error().message(),
            "t[n1t]: x-lru[" + *first + "]- is currently running, cannot run \"lru\"() concurrently");
  loop_.run();
  EXPECT_TRUE(start("lru"));
}

TEST_F(XactionRegistryTest, StatusAnswersForEveryKindAndTheRunningOneFirst) {
  const auto factory = [] { return std::make_unique<Job>(); };
  ASSERT_TRUE(registry_.add({.name = "quiet", .doc = "d", .display_name = "silent"}, factory, "p"));
  const auto ended = start("quiet");
  loop_.run();
  loop_.restart();
  clock_.advance(1s);
  const auto later = start("quiet");
  loop_.run();
  loop_.restart();
  EXPECT_EQ((*registry_.status({.kind = "silent"}))["uuid"], *later);
  const auto running = start("quiet");
  EXPECT_EQ((*registry_.status({.kind = "quiet"}))["uuid"], *running);
  EXPECT_EQ((*registry_.status({.id = *ended}))["kind"], "quiet");
  EXPECT_EQ(registry_.status_all({.kind = "quiet"})->dump(), "null") << "kinds that report no status are not listed";
  const auto mismatch = registry_.status({.id = *ended, .kind = "lru"});
  ASSERT_FALSE(mismatch);
  EXPECT_EQ(mismatch.error().status(), 400);
  loop_.run();
}

TEST_F(XactionRegistryTest, StopMarksTheJobAborted) {
  const auto id = start("lru");
  EXPECT_EQ(registry_.running({})->at(0), "lru[" + *id + "]");
  EXPECT_TRUE(registry_.stop({.id = *id}));
  EXPECT_TRUE(registry_.stop({.id = "unknown-id1"}));
  loop_.run();
  EXPECT_EQ((*registry_.snapshots({.id = *id}))[0]["abort-err"], "user abort");
}

TEST_F(XactionRegistryTest, AJobsObjectGoesWithItAndItsLastWordsStay) {
  int alive = 0;
  ASSERT_TRUE(registry_.add(
      {.name = "teller", .doc = "d"}, [&] { return std::make_unique<Teller>(alive); }, "p"));
  for (const auto& [said, shown] :
       {std::pair(R"({"groups":3})", R"({"groups":3})"), {"not json", "\"not json\""}, {"", "null"}}) {
    const auto id = start("teller", nullptr, {{"found", said}});
    ASSERT_TRUE(id);
    EXPECT_EQ(alive, 1);
    loop_.run();
    loop_.restart();
    EXPECT_EQ(alive, 0);
    EXPECT_EQ((*registry_.snapshots({.id = *id}))[0]["ext"].dump(), shown);
  }
}

TEST_F(XactionRegistryTest, AnOnDemandJobsObjectGoesWhenItHasEnded) {
  int alive = 0;
  ASSERT_TRUE(registry_.add(
      {.name = "served", .doc = "d", .startable = false, .on_demand = true},
      [&] { return std::make_unique<Teller>(alive); }, "p"));
  { const auto lease = registry_.acquire("served"); }
  EXPECT_EQ(alive, 1);
  registry_.stop_all();
  EXPECT_EQ(alive, 0);
  const auto lease = registry_.acquire("served");
  EXPECT_EQ(alive, 1);
  registry_.stop_all();
  EXPECT_EQ(alive, 1) << "in use";
}

TEST_F(XactionRegistryTest, TheBucketMustAllowWhatTheKindNeeds) {
  const auto factory = [] { return std::make_unique<Job>(); };
  ASSERT_TRUE(registry_.add(
      {.name = "reads", .doc = "d", .permissions = {BucketAccess::ListObjects, BucketAccess::Get}}, factory, "p"));
  ASSERT_TRUE(registry_.add({.name = "writes", .doc = "d", .permissions = {BucketAccess::Put}}, factory, "p"));
  const auto bucket = buckets_.add("b");
  buckets_.deny(bucket->name());  // reading its objects
  const auto refused = start("reads", bucket);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status(), 403);
  EXPECT_EQ(refused.error().tcode(), "ErrBucketAccessDenied");
  EXPECT_TRUE(start("writes", bucket));
  EXPECT_TRUE(start("reads"));
  EXPECT_EQ(registry_.running({})->size(), 2u);
  loop_.run();
}

/// Works on names that begin with `prefix` of its message, if it has one; tells its result once it ran.
class Sweeper final : public Xaction {
 public:
  explicit Sweeper(BucketPtr destination) : destination_(std::move(destination)) {}
  Task<Result<XactionPlan>> prepare(XactionRequest& request) override {
    XactionPlan plan;
    plan.destination = destination_;
    BRYO_CO_CHECK(request.value.text("prefix", plan.prefix).finish());
    co_return plan;
  }
  Task<Status> run(XactionContext& ctx) override {
    if (ctx.aborted()) co_return Status();
    result_ = R"({"swept":"1"})";
    co_return Status();
  }
  [[nodiscard]] std::string extension() const override { return result_; }

 private:
  const BucketPtr destination_;
  std::string result_;
};

class XactionActionTest : public XactionRegistryTest {
 protected:
  XactionActionTest() { EXPECT_TRUE(registry_.add(kind("sweep", {Verb::Post, "sweep"}), factory_, "sweeper")); }
  static XactionKind kind(std::string name, BucketAction action) {
    return {.name = name,
            .doc = "d",
            .scope = XactionScope::Bucket,
            .startable = false,
            .conflicts = {std::move(name)},
            .actions = {std::move(action)}};
  }
  const BucketPtr bucket_ = buckets_.add("b");
  const BucketPtr other_ = buckets_.add("o");
  const XactionFactory factory_ = [this] { return std::make_unique<Sweeper>(other_); };
};

TEST_F(XactionActionTest, AnActionFindsItsKind) {
  const auto found = registry_.find_action(Verb::Post, "sweep");
  ASSERT_NE(found.kind, nullptr);
  EXPECT_EQ(*found.kind, "sweep");
  EXPECT_EQ(registry_.find_action(Verb::Put, "sweep").kind, nullptr);
  EXPECT_EQ(registry_.find_action(Verb::Post, "wipe").kind, nullptr);
  ASSERT_TRUE(act("sweep", "sweep", bucket_, {}));
  const auto by_name = start("sweep", bucket_);
  ASSERT_FALSE(by_name);
  EXPECT_EQ(by_name.error().message(),
            R"(job "sweep" cannot be started: it needs a message, POST /v1/buckets/BUCKET with the action "sweep")");
}

TEST_F(XactionActionTest, AnActionBelongsToOneKind) {
  const auto taken = registry_.add(kind("broom", {Verb::Post, "sweep"}), factory_, "brooms");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().message(),
            R"(the action POST "sweep" of job kind 'broom' of 'brooms' is already provided by 'sweeper')");
  const auto kernels = registry_.add(kind("broom", {Verb::Delete, "destroy-bck"}), factory_, "brooms");
  ASSERT_FALSE(kernels);
  EXPECT_THAT(kernels.error().message(), ::testing::HasSubstr("provided by 'kernel'"));
  EXPECT_FALSE(registry_.add(kind("broom", {Verb::Patch, "sweep"}), factory_, "brooms"));
  EXPECT_TRUE(registry_.add(kind("broom", {Verb::Put, "sweep"}), factory_, "brooms"));
}

TEST_F(XactionActionTest, WhatTheJobRefusesNeverWasAJob) {
  const auto refused = act("sweep", "sweep", bucket_, {{"unknown", true}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "found unknown field: unknown");
  EXPECT_TRUE(registry_.snapshots({})->empty());
}

TEST_F(XactionActionTest, PrefixesThatOverlapConflict) {
  ASSERT_TRUE(act("sweep", "sweep", bucket_, {{"prefix", "a/"}}));
  for (const char* overlapping : {"a/", "a/b", "a", ""}) {
    const auto refused = act("sweep", "sweep", bucket_, {{"prefix", overlapping}});
    ASSERT_FALSE(refused) << overlapping;
    EXPECT_EQ(refused.error().tcode(), "ErrLimitedCoexistence");
  }
  EXPECT_TRUE(act("sweep", "sweep", bucket_, {{"prefix", "b/"}}));
  EXPECT_TRUE(act("sweep", "sweep", other_, {{"prefix", "a/"}}));
  loop_.run();
  EXPECT_TRUE(act("sweep", "sweep", bucket_, {}));
}

TEST_F(XactionActionTest, JobsOfDifferentKindsMeetInAnyBucket) {
  XactionKind mover = kind("mover", {Verb::Post, "move"});
  mover.conflicts = {"sweep"};
  ASSERT_TRUE(registry_.add(
      mover, [] { return std::make_unique<Sweeper>(nullptr); }, "movers"));
  ASSERT_TRUE(act("sweep", "sweep", bucket_, {}));  // into other_
  const auto refused = act("mover", "move", other_, {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), ::testing::HasSubstr("-ais://b => ais://o is currently running, cannot run "
                                                              "\"mover\"(ais://o) concurrently"));
  EXPECT_TRUE(act("mover", "move", buckets_.add("third"), {}));
  EXPECT_EQ(registry_.snapshots({.buckets = {other_->name()}})->size(), 1u) << "a job belongs to both its buckets";
  EXPECT_EQ(registry_.snapshots({.buckets = {other_->name(), bucket_->name(), {.name = "third"}}})->size(), 2u);
  loop_.run();
}

TEST_F(XactionActionTest, ActionsOfObjectsAreOthers) {
  const auto of_objects = [](Verb verb) { return BucketAction{.verb = verb, .name = "sweep", .of_objects = true}; };
  ASSERT_TRUE(registry_.add(kind("files", of_objects(Verb::Post)), factory_, "p"));
  EXPECT_EQ(*registry_.find_action(Verb::Post, "sweep", true).kind, "files");
  EXPECT_EQ(*registry_.find_action(Verb::Post, "sweep").kind, "sweep");
  EXPECT_FALSE(registry_.add(kind("other", of_objects(Verb::Post)), factory_, "q"));
  EXPECT_FALSE(registry_.add(kind("other", of_objects(Verb::Put)), factory_, "q"));
}

TEST_F(XactionActionTest, ASnapshotShowsBothBucketsAndTheEndAsIdle) {
  const auto id = act("sweep", "sweep", bucket_, {});
  ASSERT_TRUE(id);
  EXPECT_FALSE((*registry_.snapshots({.id = *id}))[0]["is_idle"].get<bool>());
  loop_.run();
  const auto snapshot = (*registry_.snapshots({.id = *id}))[0];
  EXPECT_EQ(snapshot["bck"]["name"], "b");
  EXPECT_EQ(snapshot["src-bck"]["name"], "b");
  EXPECT_EQ(snapshot["dst-bck"]["name"], "o");
  EXPECT_TRUE(snapshot["is_idle"].get<bool>());
}

TEST_F(XactionActionTest, APollAnswersWhatThereIs) {
  const auto id = act("sweep", "sweep", bucket_, {});
  const auto polled = [&](const std::string& of) { return registry_.poll("sweep", of, *bucket_); };
  EXPECT_EQ(polled(*id)->status, 202);
  EXPECT_EQ(std::get<std::string>(polled(*id)->body), *id);
  loop_.run();
  const auto ended = polled(*id);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->status, 200);
  EXPECT_EQ(std::get<std::string>(ended->body), R"({"swept":"1"})");
  EXPECT_FALSE(registry_.poll("sweep", *id, *other_));
  EXPECT_EQ(polled("nothing12").error().message(), "x-sweep[nothing12] does not exist");

  loop_.restart();
  const auto stopped = act("sweep", "sweep", bucket_, {});
  ASSERT_TRUE(registry_.stop({.id = *stopped}));
  loop_.run();
  ASSERT_FALSE(polled(*stopped));
  EXPECT_EQ(polled(*stopped).error().message(), "sweep[" + *stopped + "]: user abort");
}

TEST_F(XactionActionTest, AnActionOfAPluginThatIsNotEnabledSaysWhose) {
  registry_.add_disabled(kind("mop", {Verb::Put, "mop"}), "mops");
  const auto why = registry_.why_absent(Verb::Put, "mop");
  ASSERT_TRUE(why);
  EXPECT_EQ(why->message(),
            "action \"mop\" needs plugin 'mops', which is not enabled: add it to `enable` in [plugins]");
  EXPECT_FALSE(registry_.why_absent(Verb::Post, "mop"));
}

}  // namespace
}  // namespace bryo::kernel
