#include "store_fixture.h"

#include <kernel/runtime/sync_point.h>

#include <sys/wait.h>
#include <unistd.h>

namespace bryo::kernel::testing {
namespace {

class CrashTest : public StoreTest {
 protected:
  /// Ends a child process at `point` while it puts `o`.
  void crash_at(const char* point) {
    store.reset();
    const pid_t child = ::fork();
    if (child == 0) {
      open();
      const ScopedSyncPoint crash(point, [] { ::_exit(9); });
      const auto stored = put(bucket, "o", "new content", {.custom = {{{"k", "new"}}}});
      ::_exit(stored ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(WEXITSTATUS(status), 9) << point;
    open();
  }
  void expect_clean() {
    EXPECT_TRUE(std::filesystem::is_empty(directory.path() + "/mp0/work"));
    EXPECT_EQ(log.text(), "");
  }
  std::string version() { return (*(*get(bucket, "o"))->attributes())->version; }
};

TEST_F(CrashTest, ANewObjectIsThereWholeOrNotAtAll) {
  for (const char* point : {"store.before_sync", "store.before_publish"}) {
    crash_at(point);
    EXPECT_EQ(content(bucket, "o"), "ais://b/o does not exist") << point;
    EXPECT_EQ(names(bucket), std::vector<std::string>{});
    expect_clean();
  }
  crash_at("store.after_link");
  EXPECT_EQ(content(bucket, "o"), "new content");
  EXPECT_EQ(version(), "1");
  expect_clean();
}

TEST_F(CrashTest, AnOverwriteIsTheOldObjectOrTheNewOne) {
  ASSERT_TRUE(put(bucket, "o", "old"));
  for (const char* point : {"store.before_sync", "store.before_publish", "store.before_rename"}) {
    crash_at(point);
    EXPECT_EQ(content(bucket, "o"), "old") << point;
    EXPECT_EQ(version(), "1");
    EXPECT_EQ(names(bucket), std::vector<std::string>{"o"});
    expect_clean();
  }
  crash_at("store.after_link");
  EXPECT_EQ(content(bucket, "o"), "new content");
  EXPECT_EQ(version(), "2");
  EXPECT_EQ((*(*get(bucket, "o"))->attributes())->custom.front().second, "new");
  expect_clean();
}

}  // namespace
}  // namespace bryo::kernel::testing
