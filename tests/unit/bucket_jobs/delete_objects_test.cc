#include <bryo/contract/xaction_contract.h>
#include <bryo/testing.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "delete_xaction.h"

namespace bryo::delete_objects {
namespace {

using Values = testing::MemoryFields::Values;
using Names = std::vector<std::string>;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DeleteObjects : public ::testing::Test {
 protected:
  void put(const Names& names) {
    for (const auto& name : names) host.object_store.put(*bucket, name, "x");
  }
  Status remove(Values message) {
    DeleteXaction xaction(host, settings);
    auto plan = testing::prepare(xaction, bucket, std::move(message));
    if (!plan) return plan.error();
    Status status = testing::run(xaction.run(job));
    text = xaction.control_message();
    return status;
  }
  Names left() {
    Names out;
    const auto page = testing::run(host.object_store.list(bucket, {.limit = 100'000}));
    for (const auto& object : page->objects) out.push_back(object.name);
    return out;
  }

  testing::FakeHost host;
  testing::FakeRegistrar registrar;
  DeleteSettings settings{registrar};
  BucketPtr bucket = host.bucket_store.add("b");
  testing::MemoryJob job{"delete001", bucket};
  std::string text;
};

TEST_F(DeleteObjects, ByListTemplateAndPrefix) {
  put({"a", "b", "c1", "c2", "c3", "d/e/f", "d/g"});
  ASSERT_TRUE(remove({{"objnames", Names{"a", "b"}}}));
  EXPECT_EQ(text, "list:[a b], deleted:2");
  ASSERT_TRUE(remove({{"template", "c{1..9..2}"}}));
  EXPECT_THAT(left(), ElementsAre("c2", "d/e/f", "d/g"));
  ASSERT_TRUE(remove({{"template", "d/"}, {"non-recurs", true}}));
  EXPECT_THAT(left(), ElementsAre("c2", "d/e/f"));
  ASSERT_TRUE(remove({{"template", "*"}}));
  EXPECT_THAT(left(), IsEmpty());
  EXPECT_THAT(job.errors, IsEmpty()) << "what a template or a prefix does not find is no error";
  EXPECT_EQ(job.counters.local_objects, 7);
  EXPECT_EQ(registrar.counter_value("objects"), 7u);
}

TEST_F(DeleteObjects, NothingIsNamedNothingIsDeleted) {
  put({"a"});
  for (const Values& message : {Values{}, Values{{"objnames", Names{}}}, Values{{"template", ""}}}) {
    const Status refused = remove(message);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Errc::InvalidArgument);
    EXPECT_THAT(refused.error().message(), HasSubstr("the template \"*\" deletes all objects of ais://b"));
  }
  EXPECT_THAT(left(), ElementsAre("a"));
}

TEST_F(DeleteObjects, WhatAListNamesAndIsNotThereIsSaidAndTheOthersAreDeleted) {
  put({"a", "z"});
  ASSERT_TRUE(remove({{"objnames", Names{"a", "gone", "z"}}, {"num-workers", std::int64_t{-1}}}));
  EXPECT_THAT(left(), IsEmpty());
  EXPECT_THAT(job.errors, ElementsAre("t[testt]: ais://b/gone does not exist"));
  EXPECT_EQ(registrar.counter_value("missing"), 1u);
}

TEST_F(DeleteObjects, ManyWithWorkersInOnePass) {
  Names names;
  for (int i = 0; i < 3'500; ++i) names.push_back("o" + std::to_string(i));
  host.object_store.slow = true;
  for (const std::int64_t workers : {-1, 1, 3, 16}) {
    put(names);
    ASSERT_TRUE(remove({{"template", "o"}, {"num-workers", workers}}));
    EXPECT_THAT(left(), IsEmpty());
  }
  EXPECT_EQ(job.counters.local_objects, 4 * 3'500);
  EXPECT_EQ(job.counters.workers, 16);
}

TEST_F(DeleteObjects, ABrokenListingIsAnErrorAndNoOperationRunsOn) {
  Names names;
  for (int i = 0; i < 1'500; ++i) names.push_back("o" + std::to_string(i));
  put(names);
  host.object_store.slow = true;
  host.object_store.broken_page = 2;
  const Status failed = remove({{"template", "*"}});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), Errc::Io);
}

TEST_F(DeleteObjects, AbortedInTheMiddleItStops) {
  Names names;
  for (int i = 0; i < 2'000; ++i) names.push_back("o" + std::to_string(i));
  put(names);
  host.object_store.slow = true;
  host.object_store.on_list = [&](std::size_t page) { job.stopped = page == 2; };
  EXPECT_TRUE(remove({{"template", "*"}}));
  EXPECT_FALSE(left().empty());
}

TEST_F(DeleteObjects, AtTheBackendToo) {
  bucket = host.bucket_store.add(BucketName{.provider = "dir", .name = "r"});
  host.object_store.put_there(*bucket, "p/only-there", "x");
  host.object_store.put_there(*bucket, "p/both", "x");
  host.object_store.put(*bucket, "p/both", "x");
  testing::MemoryJob remote("delete002", bucket);
  DeleteXaction xaction(host, settings);
  ASSERT_TRUE(testing::prepare(xaction, bucket, {{"template", "p/"}}));
  ASSERT_TRUE(testing::run(xaction.run(remote)));
  EXPECT_THAT(left(), IsEmpty());
  EXPECT_TRUE(testing::run(host.object_store.list(bucket, {.of_backend = true}))->objects.empty());
}

TEST_F(DeleteObjects, RefusesBeforeItStarts) {
  put({"a"});
  struct Case {
    Values message;
    const char* sentence;
  };
  for (const Case& c : std::to_array<Case>({
           {{{"template", "x-{9..1}"}}, "'start' cannot be greater than 'end'"},
           {{{"template", "a@b"}}, "invalid syntax"},
           {{{"objnames", Names{"../up"}}}, "component"},
           {{{"objnames", Names{"a", ""}}}, "empty"},
           {{{"objnames", "a"}}, "wrong type"},
           {{{"objnames", Names{"a"}}, {"colour", true}}, "colour"},
       })) {
    const Status refused = remove(c.message);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr(c.sentence));
  }
  EXPECT_THAT(left(), ElementsAre("a"));
}

/// What every job must do, from the SDK. Each job has objects of its own, because there are none left behind it.
struct DeleteUnderContract {
  testing::FakeRegistrar registrar;
  testing::FakeHost host;
  DeleteSettings settings{registrar};
  BucketPtr bucket;

  BucketPtr prepare() {
    host.object_store.slow = true;
    return bucket = host.bucket_store.add("b");
  }
  XactionKind kind() { return delete_kind(); }
  std::unique_ptr<Xaction> make() {
    ++jobs;
    for (int i = 0; i < 100; ++i) {
      host.object_store.put(*bucket, "job" + std::to_string(jobs) + "/" + std::to_string(i), "x");
    }
    return std::make_unique<DeleteXaction>(host, settings);
  }
  Values message() { return {{"template", "job" + std::to_string(jobs) + "/"}}; }
  int jobs = 0;
};

}  // namespace
}  // namespace bryo::delete_objects

namespace bryo::contract {
INSTANTIATE_TYPED_TEST_SUITE_P(DeleteObjects, XactionContract, delete_objects::DeleteUnderContract);
}
