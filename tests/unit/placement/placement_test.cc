#include <gtest/gtest.h>

#include <kernel/cluster/placement.h>

#include <array>
#include <string>
#include <vector>

namespace bryo::kernel {
namespace {

// The vectors are those of data-protection.md section 1, checked there against the SDK and a running reference.
TEST(Placement, DigestAndMixOfTheWire) {
  struct Case {
    const char* text;
    std::uint64_t digest;
    std::uint64_t mix;
  };
  for (const Case& c : std::to_array<Case>({
           {"", 12295767445558623539u, 9722668373597931098u},
           {"a", 6843093361001225328u, 6815563511236871915u},
           {"ais/@#/abc/obj.bin", 13520375517616105309u, 9503975354240708050u},
           {"aws/@#/my-bucket/dir/shard-0001.tar", 12468709787148118146u, 4018870788265599830u},
           {"ais/@uuid1#ns1/b/o", 16764124078107252891u, 3575580708242868740u},
           {"Ifnt25001", 5930960054389752434u, 3883895273138147220u},
       })) {
    EXPECT_EQ(placement_digest(c.text), c.digest) << c.text;
    EXPECT_EQ(placement_mix(c.digest), c.mix) << c.text;
  }
  EXPECT_EQ(placement_mix(0), 1905207664160064169u);
  EXPECT_EQ(placement_mix(4573842), 5026071747115404967u);
}

TEST(Placement, OwnerAmongFourTargets) {
  const std::vector<std::uint64_t> targets = {placement_digest("t1AAAAAAA"), placement_digest("t2BBBBBBB"),
                                              placement_digest("t3CCCCCCC"), placement_digest("t4DDDDDDD")};
  const std::array<std::size_t, 6> owners = {1, 3, 2, 1, 1, 2};
  for (std::size_t i = 0; i < owners.size(); ++i) {
    EXPECT_EQ(place(targets, placement_digest("ais/@#/abc/", "obj-" + std::to_string(i))), owners[i]) << i;
  }
  EXPECT_EQ(place(targets, placement_digest("aws/@#/my-bucket/", "dir/shard-0001.tar")), 1u);
}

TEST(Placement, DigestOfPartsIsTheDigestOfTheWhole) {
  const std::string uname = "ais/@#/bucket/";
  for (const std::size_t length : {0u, 1u, 31u, 32u, 33u, 497u, 498u, 499u, 2048u}) {
    const std::string object(length, 'x');
    EXPECT_EQ(placement_digest(uname, object), placement_digest(uname + object)) << length;
  }
}

TEST(Placement, InsideANodeTheBucketIdDecides) {
  EXPECT_EQ(placement_digest(std::uint64_t{0x2a}, "dir/o"), placement_digest("000000000000002a/dir/o"));
  EXPECT_NE(placement_digest(std::uint64_t{1}, "o"), placement_digest(std::uint64_t{2}, "o"));
}

TEST(Placement, NoCandidateAndOneCandidate) {
  EXPECT_EQ(place({}, 7), 0u);
  EXPECT_EQ(place(std::array<std::uint64_t, 1>{99}, 7), 0u);
}

TEST(Placement, EqualWeightsTakeTheFirst) { EXPECT_EQ(place(std::array<std::uint64_t, 3>{5, 5, 5}, 7), 0u); }

// A candidate that leaves takes only its own objects along.
TEST(Placement, LossOfACandidateMovesNothingElse) {
  std::vector<std::uint64_t> all;
  for (int i = 0; i < 5; ++i) all.push_back(placement_digest("/mnt/disk" + std::to_string(i)));
  const std::vector<std::uint64_t> fewer(all.begin(), all.end() - 1);
  std::array<int, 5> share{};
  for (int i = 0; i < 5000; ++i) {
    const std::uint64_t digest = placement_digest(std::uint64_t{3}, "o" + std::to_string(i));
    const std::size_t owner = place(all, digest);
    ++share[owner];
    if (owner < fewer.size()) {
      EXPECT_EQ(place(fewer, digest), owner);
    }
  }
  for (const int n : share) EXPECT_NEAR(n, 1000, 150);
}

}  // namespace
}  // namespace bryo::kernel
