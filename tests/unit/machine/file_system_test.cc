#include <gtest/gtest.h>

#include <kernel/machine/file_system.h>

namespace bryo::kernel {
namespace {

constexpr std::string_view kMountinfo =
    "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
    "23 22 0:21 / /proc rw - proc proc rw\n"
    "24 22 254:16 / /mnt/with\\040space rw master:1 propagate_from:2 - xfs /dev/disk/by-label/a\\040b\\134c rw\n"
    "25 22 254:2 / /cut rw\n"
    "26 22 0:40 / / rw - overlay overlay rw\n"
    "27 22 254:1 /sub /mnt/bind rw - ext4 /dev/mapper/later rw";

TEST(FileSystem, OfADevice) {
  EXPECT_EQ(parse_mountinfo(kMountinfo, "0:40").source, "overlay");
  EXPECT_EQ(parse_mountinfo(kMountinfo, "0:40").type, "overlay");
  const auto spaced = parse_mountinfo(kMountinfo, "254:16");
  EXPECT_EQ(spaced.type, "xfs");
  EXPECT_EQ(spaced.source, "/dev/disk/by-label/a b\\c");
}

// A device may be mounted more than once; the last mount is what a path lookup finds.
TEST(FileSystem, TheLastMountOfADevice) { EXPECT_EQ(parse_mountinfo(kMountinfo, "254:1").source, "/dev/mapper/later"); }

TEST(FileSystem, WhatIsNotThereOrCutIsEmpty) {
  EXPECT_EQ(parse_mountinfo(kMountinfo, "254:2").source, "");
  EXPECT_EQ(parse_mountinfo(kMountinfo, "4:1").source, "");
  EXPECT_EQ(parse_mountinfo("", "254:1").source, "");
  EXPECT_EQ(parse_mountinfo("\n\n22\n", "254:1").source, "");
}

TEST(FileSystem, ADirectoryThatIsGone) {
  EXPECT_EQ(file_system_of("/nonexistent/directory").source, "");
  EXPECT_EQ(file_system_usage("/nonexistent/directory").capacity(), 0u);
}

TEST(FileSystem, PercentOfHugeAndOfEmptyOnes) {
  EXPECT_EQ(FileSystemUsage{}.percent(), 0);
  EXPECT_EQ((FileSystemUsage{.used = 199, .avail = 1}).percent(), 99);
  EXPECT_EQ((FileSystemUsage{.used = 1, .avail = 0}).percent(), 100);
  EXPECT_EQ((FileSystemUsage{.used = std::uint64_t{1} << 62, .avail = std::uint64_t{1} << 62}).percent(), 50);
}

}  // namespace
}  // namespace bryo::kernel
