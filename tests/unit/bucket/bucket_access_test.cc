#include <kernel/bucket/bucket_access.h>

#include <gtest/gtest.h>

namespace bryo::kernel {
namespace {

constexpr std::uint64_t kId = 0x8000000000000017;

// Recorded: PUT into a bucket with access "1".
TEST(BucketAccess, DenialSaysWhatIsAllowed) {
  const auto denied = check_access({.name = "prb"}, kId, 1, BucketAccess::Put);
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().status(), 403);
  EXPECT_EQ(denied.error().tcode(), "ErrBucketAccessDenied");
  EXPECT_EQ(denied.error().message(), "bucket ais://prb(0x17): PUT access denied (allowed: [GET])");
}

TEST(BucketAccess, EveryBitGrantsItsOwnCall) {
  for (int bit = 0; bit < 18; ++bit) {
    const auto access = static_cast<BucketAccess>(std::uint64_t{1} << bit);
    EXPECT_TRUE(check_access({.name = "b"}, kId, std::uint64_t{1} << bit, access)) << bit;
    EXPECT_TRUE(check_access({.name = "b"}, kId, ~std::uint64_t{0}, access)) << bit;
  }
  EXPECT_FALSE(check_access({.name = "b"}, kId, ~std::uint64_t{2}, BucketAccess::HeadObject));
}

TEST(BucketAccess, ADenialCanAlwaysBeTakenBack) {
  for (const auto access : {BucketAccess::HeadBucket, BucketAccess::Patch, BucketAccess::SetBucketAcl}) {
    EXPECT_TRUE(check_access({.name = "b"}, kId, 0, access));
  }
}

}  // namespace
}  // namespace bryo::kernel
