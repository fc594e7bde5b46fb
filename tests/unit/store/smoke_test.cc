#include "store_fixture.h"

namespace bryo::kernel::testing {
namespace {

using Smoke = StoreTest;

TEST_F(Smoke, PutGetListDelete) {
  ASSERT_TRUE(put(bucket, "dir/hello.txt", "hello world\n"));
  EXPECT_EQ(content(bucket, "dir/hello.txt"), "hello world\n");
  EXPECT_EQ(names(bucket), (std::vector<std::string>{"dir/hello.txt"}));
  open();
  EXPECT_EQ(content(bucket, "dir/hello.txt"), "hello world\n");
  EXPECT_TRUE(await(store->remove(bucket, "dir/hello.txt")));
  EXPECT_EQ(content(bucket, "dir/hello.txt"), "ais://b/dir/hello.txt does not exist");
}

}  // namespace
}  // namespace bryo::kernel::testing
