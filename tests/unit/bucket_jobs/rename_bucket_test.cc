#include <bryo/testing.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rename_xaction.h"

namespace bryo::rename_bucket {
namespace {

using ::testing::HasSubstr;

class RenameBucket : public ::testing::Test {
 protected:
  Status rename(const std::string& to, testing::MemoryFields::Values message = {}) {
    Query query;
    if (!to.empty()) query.add("bck_to", to);
    RenameXaction xaction(host, buckets);
    auto plan = testing::prepare(xaction, bucket, std::move(message), query);
    if (!plan) return plan.error();
    EXPECT_TRUE(plan->at_once);
    EXPECT_EQ(xaction.control_message(), "ais://old=>ais://new");
    testing::MemoryJob job("rename001", bucket);
    return testing::run(xaction.run(job));
  }
  std::string refusal(const std::string& to, testing::MemoryFields::Values message = {}) {
    const Status status = rename(to, std::move(message));
    return status ? "(accepted)" : status.error().message() + "|" + std::string(status.error().tcode());
  }

  testing::FakeHost host;
  testing::FakeRegistrar registrar;
  Counter& buckets = registrar.counter({.name = "buckets", .help = "h"});
  BucketPtr bucket = host.bucket_store.add("old");
};

TEST_F(RenameBucket, KeepsTheObjects) {
  host.object_store.put(*bucket, "o", "1");
  ASSERT_TRUE(rename("ais/@#/new/"));
  EXPECT_FALSE(host.bucket_store.find({.name = "old"}));
  const auto renamed = host.bucket_store.find({.name = "new"});
  ASSERT_TRUE(renamed);
  EXPECT_EQ(host.object_store.at(**renamed, "o")->content(), "1");
  EXPECT_EQ(registrar.counter_value("buckets"), 1u);
}

TEST_F(RenameBucket, RefusesWithTheWiresTexts) {
  host.bucket_store.add("taken");
  EXPECT_EQ(refusal("ais/@#/old/"), "cannot rename bucket \"ais://old\" to itself (\"ais://old\")|");
  EXPECT_EQ(refusal("ais/@#/taken/"), "bucket \"ais://taken\" already exists|ErrBucketAlreadyExists");
  EXPECT_EQ(refusal(""), "missing \"bck_to\" query parameter|");
  EXPECT_THAT(refusal("aws/@#/new/"), HasSubstr("only buckets of this cluster"));
  EXPECT_THAT(refusal("ais/@#/ne w/"), HasSubstr("bucket name is invalid"));
  EXPECT_THAT(refusal("new"), HasSubstr("invalid bucket uname"));
  EXPECT_THAT(refusal("ais/@#/new/", {{"colour", true}}), HasSubstr("colour"));
  EXPECT_TRUE(host.bucket_store.find({.name = "old"}));
}

}  // namespace
}  // namespace bryo::rename_bucket
