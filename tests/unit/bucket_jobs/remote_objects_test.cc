#include <bryo/contract/xaction_contract.h>
#include <bryo/testing.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evict_xaction.h"
#include "prefetch_xaction.h"

namespace bryo::remote_objects {
namespace {

using Values = testing::MemoryFields::Values;
using Names = std::vector<std::string>;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RemoteObjects : public ::testing::Test {
 protected:
  template <class Job>
  Status start(Values message) {
    Job xaction(host, settings);
    auto plan = testing::prepare(xaction, bucket, std::move(message));
    if (!plan) return plan.error();
    Status status = testing::run(xaction.run(job));
    text = xaction.control_message();
    return status;
  }
  Status prefetch(Values message) { return start<PrefetchXaction>(std::move(message)); }
  Status evict(Values message) { return start<EvictXaction>(std::move(message)); }
  Names here() {
    Names out;
    const auto page = testing::run(host.object_store.list(bucket, {}));
    for (const auto& object : page->objects) {
      out.push_back(object.name + "=" + host.object_store.at(*bucket, object.name)->content());
    }
    return out;
  }

  testing::FakeHost host;
  testing::FakeRegistrar registrar;
  RemoteSettings settings{registrar};
  BucketPtr bucket = host.bucket_store.add(BucketName{.provider = "dir", .name = "r"});
  testing::MemoryJob job{"remote001", bucket};
  std::string text;
};

TEST_F(RemoteObjects, WhatIsNotHereIsBrought) {
  for (const char* name : {"a", "d/b", "d/e/c", "x"}) host.object_store.put_there(*bucket, name, "there");
  host.object_store.put(*bucket, "d/b", "here");
  ASSERT_TRUE(prefetch({{"template", "d/"}, {"num-workers", std::int64_t{2}}}));
  EXPECT_THAT(here(), ElementsAre("d/b=here", "d/e/c=there"));
  EXPECT_EQ(text, "t[testt]: cfg(prefix:d/, workers:2) job:[cold:(1,5B)] lifetime:[cold:(1,5B avg-lat:0ms)]");
  EXPECT_EQ(job.counters.local_objects, 1);
  EXPECT_EQ(job.counters.workers, 2);
  ASSERT_TRUE(prefetch({{"objnames", Names{"x"}}}));
  ASSERT_TRUE(prefetch({{"template", "nothing-{1..3}"}}));
  EXPECT_EQ(text, "t[testt]: cfg(template:nothing-{1..3}) lifetime:[cold:(2,10B avg-lat:0ms)]");
  ASSERT_TRUE(prefetch({}));
  EXPECT_EQ(here().size(), 4u);
  EXPECT_EQ(registrar.counter_value("prefetched"), 3u);
}

TEST_F(RemoteObjects, TheNewestVersionIfItIsAskedFor) {
  host.object_store.put_there(*bucket, "a", "newer");
  host.object_store.put_there(*bucket, "b", "same");
  host.object_store.put(*bucket, "a", "older");
  host.object_store.put(*bucket, "b", "same");
  ASSERT_TRUE(prefetch({{"latest-ver", true}}));
  EXPECT_THAT(here(), ElementsAre("a=newer", "b=same"));
  EXPECT_EQ(job.counters.local_objects, 1) << "what is of the same version is not brought again";
}

TEST_F(RemoteObjects, WhatAListNamesAndIsNotThere) {
  host.object_store.put_there(*bucket, "a", "1");
  EXPECT_EQ(prefetch({{"objnames", Names{"gone"}}}).error().message(), "t[testt]: dir://r/gone does not exist");
  ASSERT_TRUE(prefetch({{"objnames", Names{"gone", "a"}}, {"coer", true}}));
  EXPECT_THAT(here(), ElementsAre("a=1"));
  EXPECT_THAT(job.errors, ElementsAre("t[testt]: dir://r/gone does not exist"));
}

TEST_F(RemoteObjects, CopiesAreGivenUpAndTheBackendKeepsTheObjects) {
  for (const char* name : {"a", "b1", "b2", "c"}) {
    host.object_store.put_there(*bucket, name, "1");
    host.object_store.put(*bucket, name, "1");
  }
  ASSERT_TRUE(evict({{"objnames", Names{"a", "gone"}}}));
  EXPECT_THAT(job.errors, ElementsAre("t[testt]: dir://r/gone does not exist"));
  ASSERT_TRUE(evict({{"template", "b{0..9}"}}));
  EXPECT_EQ(text, "template:b{0..9}, evicted:2");
  EXPECT_THAT(here(), ElementsAre("c=1"));
  ASSERT_TRUE(evict({}));
  EXPECT_THAT(here(), IsEmpty());
  EXPECT_EQ(testing::run(host.object_store.list(bucket, {.of_backend = true}))->objects.size(), 4u);
}

TEST_F(RemoteObjects, RefusesBeforeItStarts) {
  EXPECT_THAT(prefetch({{"blob-threshold", std::int64_t{-1}}}).error().message(), HasSubstr("cannot be negative"));
  EXPECT_THAT(prefetch({{"colour", true}}).error().message(), HasSubstr("colour"));
  bucket = host.bucket_store.add("b");
  host.object_store.put(*bucket, "a", "1");
  EXPECT_EQ(evict({{"objnames", Names{"a"}}}).error().message(),
            "evict-remote-bck: expecting remote bucket (have ais://b)");
  EXPECT_EQ(prefetch({}).error().tcode(), "ErrNotRemoteBck");
}

/// What every job must do, from the SDK. Each job has objects of its own, because there are none left behind it.
struct RemoteUnderContract {
  testing::FakeRegistrar registrar;
  testing::FakeHost host;
  RemoteSettings settings{registrar};
  BucketPtr bucket;

  BucketPtr prepare() {
    host.object_store.slow = true;
    return bucket = host.bucket_store.add(BucketName{.provider = "dir", .name = "r"});
  }
  BucketPtr empty_bucket() { return host.bucket_store.add(BucketName{.provider = "dir", .name = "empty"}); }
  Values message() { return {{"template", "job" + std::to_string(jobs) + "/"}}; }
  [[nodiscard]] std::string name_of(int i) const { return "job" + std::to_string(jobs) + "/" + std::to_string(i); }
  int jobs = 0;
};
struct EvictUnderContract : RemoteUnderContract {
  XactionKind kind() { return evict_kind(); }
  std::unique_ptr<Xaction> make() {
    ++jobs;
    for (int i = 0; i < 50; ++i) host.object_store.put(*bucket, name_of(i), "x");
    return std::make_unique<EvictXaction>(host, settings);
  }
};
struct PrefetchUnderContract : RemoteUnderContract {
  XactionKind kind() { return prefetch_kind(); }
  std::unique_ptr<Xaction> make() {
    ++jobs;
    for (int i = 0; i < 50; ++i) host.object_store.put_there(*bucket, name_of(i), "x");
    return std::make_unique<PrefetchXaction>(host, settings);
  }
};

}  // namespace
}  // namespace bryo::remote_objects

namespace bryo::contract {
INSTANTIATE_TYPED_TEST_SUITE_P(EvictObjects, XactionContract, remote_objects::EvictUnderContract);
INSTANTIATE_TYPED_TEST_SUITE_P(PrefetchObjects, XactionContract, remote_objects::PrefetchUnderContract);
}  // namespace bryo::contract
