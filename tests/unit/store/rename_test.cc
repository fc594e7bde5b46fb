#include "store_fixture.h"

#include <kernel/runtime/sync_point.h>
#include <kernel/store/name_codec.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>

namespace bryo::kernel::testing {
namespace {

class RenameTest : public StoreTest {
 protected:
  Status rename(const std::string& from, const std::string& to) { return await(store->rename(bucket, from, to)); }
  ObjectAttributes attributes(const std::string& name) { return **(*get(bucket, name))->attributes(); }
  std::string mountpath(const std::string& name) { return store->mountpath_of(**get(bucket, name)).path; }
  /// A name that lies on another mountpath than `name`.
  std::string elsewhere(const std::string& name, const std::string& prefix = "to") {
    EXPECT_TRUE(put(bucket, "probe", ""));
    for (int i = 0;; ++i) {
      const std::string other = prefix + std::to_string(i);
      EXPECT_TRUE(put(bucket, other, ""));
      const bool apart = mountpath(other) != mountpath(name);
      EXPECT_TRUE(await(store->remove(bucket, other)));
      if (!apart) continue;
      EXPECT_TRUE(await(store->remove(bucket, "probe")));
      return other;
    }
  }
  static std::string missing(const std::string& name) { return "ais://b/" + name + " does not exist"; }
};

TEST_F(RenameTest, KeepsEverythingButTheName) {
  ASSERT_TRUE(put(bucket, "a", "first"));
  ASSERT_TRUE(put(bucket, "a", "second", {.custom = {{{"k", "v"}}}}));
  const auto before = attributes("a");
  ASSERT_TRUE(rename("a", "dir/b"));
  EXPECT_EQ(content(bucket, "a"), missing("a"));
  EXPECT_EQ(content(bucket, "dir/b"), "second");
  const auto after = attributes("dir/b");
  EXPECT_EQ(after.version, "2");
  EXPECT_EQ(after.checksum_value, before.checksum_value);
  EXPECT_EQ(after.mtime_ns, before.mtime_ns);
  EXPECT_EQ(after.custom, before.custom);
  EXPECT_EQ(names(bucket), std::vector<std::string>{"dir/b"});
  open();
  EXPECT_EQ(content(bucket, "dir/b"), "second");
}

TEST_F(RenameTest, OverAnObjectThatHasTheName) {
  ASSERT_TRUE(put(bucket, "a", "new"));
  ASSERT_TRUE(put(bucket, "b", "old"));
  const ObjectPtr reader = *get(bucket, "b");
  ASSERT_TRUE(rename("a", "b"));
  EXPECT_EQ(content(bucket, "b"), "new");
  EXPECT_EQ(names(bucket), std::vector<std::string>{"b"});
  EXPECT_EQ(reader->size(), 3u);
  std::array<std::byte, 3> old{};
  ASSERT_TRUE(reader->read_blocking(0, old));
  EXPECT_EQ(std::memcmp(old.data(), "old", 3), 0);
}

TEST_F(RenameTest, WhatCannotBeRenamed) {
  EXPECT_EQ(rename("none", "b").error().message(), missing("none"));
  ASSERT_TRUE(put(bucket, "a", "x"));
  EXPECT_EQ(rename("none", "a").error().message(), missing("none"));
  EXPECT_EQ(content(bucket, "a"), "x");
  const auto self = rename("a", "a");
  EXPECT_EQ(self.error().message(), "cannot rename ais://b/a to self, nothing to do");
  EXPECT_EQ(self.error().status(), 400);
  EXPECT_EQ(rename("a", "../b").error().status(), 400);
  EXPECT_EQ(rename("a", "").error().status(), 400);
  ASSERT_TRUE(store->drop_bucket_blocking(bucket->id()));
  EXPECT_EQ(rename("a", "b").error().code(), Errc::NotFound);
}

TEST_F(RenameTest, LongNamesAreKeptWithTheFile) {
  const std::string one(1100, 'x');
  const std::string two(1100, 'y');
  ASSERT_TRUE(FileName(one).hashed());
  ASSERT_TRUE(put(bucket, "plain", "content"));
  const std::vector<std::pair<std::string, std::string>> steps = {{"plain", one}, {one, two}, {two, "end"}};
  for (const auto& [from, to] : steps) {
    ASSERT_TRUE(rename(from, to)) << from.substr(0, 10);
    EXPECT_EQ(content(bucket, to), "content");
    EXPECT_EQ(content(bucket, from), missing(from));
    EXPECT_EQ(names(bucket), std::vector<std::string>{to});
    open();
    EXPECT_EQ(names(bucket), std::vector<std::string>{to});
  }
}

TEST_F(RenameTest, AcrossLeavesThatSplit) {
  leaf_names = 4;
  open();
  std::vector<std::string> expected;
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(put(bucket, "a" + std::to_string(100 + i), std::to_string(i)));
  for (int i = 0; i < 60; ++i) {
    const std::string to = "b" + std::to_string(100 + i * 37 % 60);
    ASSERT_TRUE(rename("a" + std::to_string(100 + i), to));
    EXPECT_EQ(content(bucket, to), std::to_string(i));
    expected.push_back(to);
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(names(bucket), expected);
  open();
  EXPECT_EQ(names(bucket), expected);
}

TEST_F(RenameTest, AFailureLeavesTheObject) {
  ASSERT_TRUE(put(bucket, "a", "x"));
  {
    const ScopedFault fault("store.rename", EIO);
    EXPECT_EQ(rename("a", "b").error().code(), Errc::Io);
  }
  EXPECT_EQ(content(bucket, "a"), "x");
  EXPECT_EQ(names(bucket), std::vector<std::string>{"a"});
}

class RenameAcrossTest : public RenameTest {
 protected:
  void SetUp() override {
    mountpath_count = 2;
    open();
  }
};

TEST_F(RenameAcrossTest, KeepsEverythingButTheName) {
  ASSERT_TRUE(put(bucket, "a", "first"));
  ASSERT_TRUE(put(bucket, "a", std::string(3 << 20, 'x'), {.custom = {{{"k", "v"}}}}));
  const auto before = attributes("a");
  const std::string to = elsewhere("a");
  ASSERT_TRUE(put(bucket, to, "old"));
  ASSERT_TRUE(rename("a", to));
  EXPECT_EQ(content(bucket, to), std::string(3 << 20, 'x'));
  EXPECT_EQ(attributes(to).version, "2");
  EXPECT_EQ(attributes(to).custom, before.custom);
  EXPECT_EQ(attributes(to).mtime_ns, before.mtime_ns);
  EXPECT_EQ(names(bucket), std::vector<std::string>{to});
}

TEST_F(RenameAcrossTest, ANewVersionOfTheOldNameIsNotLost) {
  ASSERT_TRUE(put(bucket, "a", "first"));
  const std::string to = elsewhere("a");
  int copies = 0;
  {
    const ScopedSyncPoint overwrite("store.rename_copied", [&] {
      if (++copies == 1) {
        EXPECT_TRUE(put(bucket, "a", "second"));
      }
    });
    ASSERT_TRUE(rename("a", to));
  }
  EXPECT_EQ(copies, 2);
  EXPECT_EQ(content(bucket, to), "second");
  const ScopedSyncPoint overwrite("store.rename_copied", [&] { EXPECT_TRUE(put(bucket, to, "again")); });
  EXPECT_EQ(rename(to, "a").error().code(), Errc::Conflict);
  EXPECT_EQ(names(bucket), std::vector<std::string>{to});
}

TEST_F(RenameAcrossTest, DeletedMeanwhileIsGone) {
  ASSERT_TRUE(put(bucket, "a", "first"));
  const std::string to = elsewhere("a");
  const ScopedSyncPoint removal("store.rename_copied", [&] { EXPECT_TRUE(await(store->remove(bucket, "a"))); });
  EXPECT_EQ(rename("a", to).error().message(), missing("a"));
  EXPECT_EQ(names(bucket), std::vector<std::string>{});
}

TEST_F(RenameAcrossTest, ACrashLeavesOneOrBoth) {
  ASSERT_TRUE(put(bucket, "a", "content"));
  const std::string to = elsewhere("a");
  for (const char* point : {"store.rename_copied", "store.rename_both"}) {
    store.reset();
    const pid_t child = ::fork();
    if (child == 0) {
      open();
      const ScopedSyncPoint crash(point, [] { ::_exit(9); });
      static_cast<void>(rename("a", to));
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(WEXITSTATUS(status), 9) << point;
    open();
    EXPECT_EQ(content(bucket, "a"), "content") << point;
  }
  EXPECT_EQ(content(bucket, to), "content");
  ASSERT_TRUE(rename("a", to));
  EXPECT_EQ(names(bucket), std::vector<std::string>{to});
}

/// One object goes round among names on two mountpaths, against writers of others: it is never gone.
TEST_F(RenameAcrossTest, NobodyEverSeesNeitherName) {
  leaf_names = 6;
  open();
  ASSERT_TRUE(put(bucket, "r0", "content"));
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int i = 0; !done; ++i) EXPECT_TRUE(put(bucket, "q" + std::to_string(i % 40), "x"));
  });
  std::thread lister([&] {
    while (!done) {
      const auto listed = names(bucket);
      EXPECT_TRUE(std::is_sorted(listed.begin(), listed.end()));
    }
  });
  for (int i = 0; i < 300; ++i) {
    const std::string from = "r" + std::to_string(i % 7);
    const std::string to = "r" + std::to_string((i + 1) % 7);
    ASSERT_TRUE(rename(from, to));
    EXPECT_EQ(content(bucket, to), "content");
    EXPECT_EQ(content(bucket, from), missing(from));
  }
  done = true;
  writer.join();
  lister.join();
}

}  // namespace
}  // namespace bryo::kernel::testing
