#include <kernel/object/latest_version.h>

#include <gtest/gtest.h>

namespace bryo::kernel {
namespace {

ObjectAttributes of(std::string version, std::string etag, std::string md5, std::uint64_t size) {
  ObjectAttributes out;
  out.size = size;
  out.version = std::move(version);
  if (!etag.empty()) out.custom = {{"ETag", std::move(etag)}};
  if (!md5.empty()) out.checksum_type = "md5";
  out.checksum_value = std::move(md5);
  return out;
}

TEST(SameVersion, ByTheBestThatBothHave) {
  EXPECT_TRUE(same_version(of("1", "a", "x", 1), of("1", "b", "y", 2)));
  EXPECT_FALSE(same_version(of("1", "a", "x", 1), of("2", "a", "x", 1)));
  EXPECT_TRUE(same_version(of("1", "a", "x", 1), of("", "a", "y", 2)));
  EXPECT_FALSE(same_version(of("", "a", "x", 1), of("1", "b", "x", 1)));
  EXPECT_TRUE(same_version(of("1", "", "x", 1), of("", "a", "x", 2)));
  EXPECT_FALSE(same_version(of("1", "", "x", 1), of("", "a", "y", 1)));
  EXPECT_TRUE(same_version(of("1", "", "", 1), of("", "", "y", 1)));
  EXPECT_FALSE(same_version(of("", "", "", 1), of("", "", "", 2)));
}

}  // namespace
}  // namespace bryo::kernel
