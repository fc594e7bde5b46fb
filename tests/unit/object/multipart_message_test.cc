#include <kernel/object/multipart_message.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bryo::kernel {
namespace {

const BucketName kBucket{.name = "b"};
const LabelledObject kObject{.bucket = kBucket, .object = "dir/o"};

TEST(PartNumber, FromOneOn) {
  EXPECT_EQ(*parse_part_number("1", "id", kObject), 1u);
  EXPECT_EQ(*parse_part_number("10000", "id", kObject), 10'000u);
}

TEST(PartNumber, TheReferencesWords) {
  const auto zero = parse_part_number("0", "id", kObject);
  EXPECT_EQ(zero.error().message(), "chunk-manifest[ais://b/dir/o, id=id]: invalid chunk number (0)");
  EXPECT_EQ(zero.error().status(), 500);
  for (const char* text : {"x", "", "1x", " 1", "1.0", "99999999999999999999"}) {
    const auto none = parse_part_number(text, "id", kObject);
    ASSERT_FALSE(none) << text;
    EXPECT_EQ(none.error().message(),
              "o[b/dir/o(-)]: invalid part number \"" + std::string(text) + "\" for uploadID \"id\"");
    EXPECT_EQ(none.error().status(), 400);
  }
  EXPECT_EQ(parse_part_number("-1", "id", kObject).error().status(), 400);
  EXPECT_EQ(parse_part_number("10001", "id", kObject).error().status(), 400);
}

TEST(Parts, AreNumbersInAnyOrder) {
  const auto value = nlohmann::json::parse(R"([{"part-number":2,"etag":""},{"PART-NUMBER":1}])");
  EXPECT_EQ(*parse_parts(value), (std::vector<std::uint32_t>{2, 1}));
  EXPECT_TRUE(parse_parts(nullptr)->empty());
  EXPECT_TRUE(parse_parts(nlohmann::json::array())->empty());
  for (const char* bad : {"7", "{}", "[7]", "[null]", R"([{"part-number":0}])", R"([{"part-number":"1"}])",
                          R"([{"part-number":1,"x":1}])", R"([{"part-number":10001}])"}) {
    EXPECT_EQ(parse_parts(nlohmann::json::parse(bad)).error().status(), 400) << bad;
  }
}

TEST(Parts, MustBeAllThatThereAre) {
  const std::vector<std::uint32_t> have{1, 2};
  EXPECT_TRUE(check_parts({1, 2}, have));
  EXPECT_TRUE(check_parts({2, 1}, have));
  EXPECT_TRUE(check_parts({1, 2, 1}, have));
  EXPECT_EQ(check_parts({}, have).error().message(), "partial completion is not allowed: requested 0 parts, have 2");
  EXPECT_EQ(check_parts({1, 1}, have).error().message(),
            "partial completion is not allowed: requested 1 parts, have 2");
  EXPECT_FALSE(check_parts({1, 2, 3}, have));
  EXPECT_FALSE(check_parts({1, 3}, have));
  EXPECT_FALSE(check_parts({}, {}));
  const std::vector<std::uint32_t> second{2};
  EXPECT_EQ(check_parts({1, 2}, second).error().message(), "chunk at (0) has invalid number 2 (count=1)");
  const std::vector<std::uint32_t> gap{1, 3};
  EXPECT_EQ(check_parts({1, 3}, gap).error().message(), "chunk at (1) has invalid number 3 (count=2)");
}

}  // namespace
}  // namespace bryo::kernel
