#include <bryo/testing.h>
#include <gtest/gtest.h>

namespace bryo {
namespace {

TEST(MemoryFields, GivesWhatIsThereAndLeavesTheRest) {
  testing::MemoryFields value({{"archname", "a.tar"}, {"coer", true}});
  std::string name;
  std::string missing = "default";
  bool go_on = false;
  EXPECT_TRUE(value.text("archname", name).boolean("coer", go_on).text("toname", missing).finish());
  EXPECT_EQ(name, "a.tar");
  EXPECT_TRUE(go_on);
  EXPECT_EQ(missing, "default");
}

TEST(MemoryFields, NamesTheFirstFieldOfAnotherType) {
  testing::MemoryFields value({{"archname", true}, {"num_workers", "many"}});
  std::string name;
  std::int64_t workers = 4;
  const Status done = value.text("archname", name).integer("num_workers", workers).finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), Errc::InvalidArgument);
  EXPECT_EQ(done.error().message(), "field \"archname\" has the wrong type");
  EXPECT_EQ(workers, 4);
}

TEST(MemoryFields, NamesAFieldThatNobodyTook) {
  const testing::MemoryFields value({{"surplus", true}});
  const Status done = value.finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message(), "found unknown field: surplus");
}

}  // namespace
}  // namespace bryo
