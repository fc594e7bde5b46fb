#include <kernel/wire/job_id.h>

#include <gtest/gtest.h>

#include <set>

namespace bryo::kernel {
namespace {

TEST(JobId, NewOnesAreValidAndDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto id = new_job_id();
    EXPECT_TRUE(valid_job_id(id)) << id;
    EXPECT_TRUE(seen.insert(id).second) << id;
  }
}

TEST(JobId, KnowsTheFormsOfClients) {
  for (const char* id : {"hGE2oJJpL", "tco-YRfFhmlwtp", "g3", "g12", "z-z2ozzWv"}) EXPECT_TRUE(valid_job_id(id)) << id;
  for (const char* id : {"", "short", "-hGE2oJJpL", "hGE2oJJpL_", "has space1", "0123456789012345678901234567890123"}) {
    EXPECT_FALSE(valid_job_id(id)) << id;
  }
}

}  // namespace
}  // namespace bryo::kernel
