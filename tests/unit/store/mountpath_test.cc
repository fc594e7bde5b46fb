#include "store_fixture.h"

#include <kernel/runtime/sync_point.h>

#include <cerrno>
#include <fstream>

namespace bryo::kernel::testing {
namespace {

class MountpathTest : public StoreTest {
 protected:
  void SetUp() override {}
  std::string refusal(std::vector<std::string> paths) {
    StoreConfig wanted;
    for (auto& path : paths) wanted.mountpaths.push_back({std::move(path), ""});
    auto opened = ObjectStore::open(std::move(wanted), pool, clock, log);
    return opened ? "opened" : opened.error().message();
  }
};

TEST_F(MountpathTest, EachRefusalNamesThePathAndTheReason) {
  EXPECT_EQ(refusal({}), "no mountpath is configured: a target needs at least one [[node.mountpath]]");
  EXPECT_EQ(refusal({""}), "a mountpath has an empty path");
  // No user, root included, creates a directory there.
  EXPECT_EQ(refusal({"/proc/self"}),
            "mountpath /proc/self is not writable (creating objects): No such file or directory");
  EXPECT_EQ(refusal({"/proc/bryo"}), "mountpath /proc/bryo cannot be created: No such file or directory");
  std::ofstream(directory.path() + "/file") << "x";
  EXPECT_EQ(refusal({directory.path() + "/file"}),
            "mountpath " + directory.path() + "/file cannot be created: Not a directory");
  const ScopedFault fault("store.probe_xattr", EOPNOTSUPP);
  EXPECT_EQ(refusal({directory.path() + "/mp"}),
            "mountpath " + directory.path() +
                "/mp: its file system does not keep extended attributes of users; use ext4, XFS or btrfs (or mount it "
                "with user_xattr)");
}

TEST_F(MountpathTest, TwoNodesOrTwoEntriesOnOnePathAreRefused) {
  const std::string path = directory.path() + "/mp";
  EXPECT_EQ(refusal({path, directory.path() + "/x/../mp/"}),
            "mountpath " + path + " is in use: another node runs on it, or it is configured twice");
  open();
  EXPECT_EQ(refusal({path + "0"}),
            "mountpath " + path + "0 is in use: another node runs on it, or it is configured twice");
}

TEST_F(MountpathTest, OneInsideAnotherIsRefused) {
  EXPECT_EQ(refusal({directory.path() + "/a", directory.path() + "/a/b"}),
            "mountpath " + directory.path() + "/a/b lies inside mountpath " + directory.path() +
                "/a: give each a directory of its own");
}

TEST_F(MountpathTest, ASharedFileSystemIsAWarning) {
  mountpath_count = 2;
  open();
  EXPECT_NE(log.text().find("warning: two mountpaths share a file system"), std::string::npos) << log.text();
}

TEST_F(MountpathTest, AnUnknownLayoutIsNotTouched) {
  const std::string path = directory.path() + "/mp";
  std::filesystem::create_directories(path);
  std::ofstream(path + "/bryo-mountpath") << "bryo mountpath 2\n";
  EXPECT_EQ(refusal({path}), "mountpath " + path + " has a layout that this version does not know (see " + path +
                                 "/bryo-mountpath): use the version of Bryo that wrote it, or an empty directory");
}

TEST_F(MountpathTest, WorkIsEmptiedAtStart) {
  open();
  store.reset();
  std::ofstream(std::filesystem::path(directory.path()) / "mp0/work" / "17") << "half";
  open();
  EXPECT_TRUE(std::filesystem::is_empty(directory.path() + "/mp0/work"));
}

TEST_F(MountpathTest, AnotherSetOfMountpathsIsNoticed) {
  open();
  open();
  EXPECT_EQ(log.text(), "");
  mountpath_count = 2;
  open();
  EXPECT_NE(log.text().find("warning: the mountpaths are not those of the last start"), std::string::npos)
      << log.text();
}

TEST_F(MountpathTest, ObjectsSpreadOverMountpathsAndComeBackAfterARestart) {
  mountpath_count = 3;
  open();
  std::array<int, 3> share{};
  for (int i = 0; i < 60; ++i) {
    const std::string name = "o" + std::to_string(i);
    ASSERT_TRUE(put(bucket, name, name));
    auto object = get(bucket, name);
    ASSERT_TRUE(object);
    const MountpathConfig& on = store->mountpath_of(**object);
    ++share[static_cast<std::size_t>(on.label.back() - '0')];
    EXPECT_TRUE(std::filesystem::exists(on.path + "/objects/0000000000000001/00000001/" + name));
  }
  for (const int n : share) EXPECT_GT(n, 5);
  open();
  for (int i = 0; i < 60; ++i) EXPECT_EQ(content(bucket, "o" + std::to_string(i)), "o" + std::to_string(i));
  EXPECT_EQ(names(bucket).size(), 60u);
}

}  // namespace
}  // namespace bryo::kernel::testing
