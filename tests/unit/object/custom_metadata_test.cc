#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kernel/object/custom_metadata.h>
#include <nlohmann/json.hpp>

namespace bryo::kernel {
namespace {

using ::testing::HasSubstr;

Headers custom_headers(std::initializer_list<const char*> values) {
  Headers headers;
  headers.add("Content-Type", "a=b");
  for (const char* value : values) headers.add("ais-custom-md", value);
  return headers;
}

std::string refusal(std::initializer_list<const char*> values) {
  const auto custom = custom_of_headers(custom_headers(values), "ais://b/o");
  return custom ? "<accepted>" : std::to_string(custom.error().status()) + " " + custom.error().message();
}

TEST(CustomMetadata, NoHeaderMeansKeepAndAnEmptyObjectMeansNothing) {
  const auto none = custom_of_headers(custom_headers({}), "ais://b/o");
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  const auto empty = custom_of_json(nlohmann::json::object(), "ais://b/o");
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->empty());
}

TEST(CustomMetadata, ValuesMayHoldTheSeparatorAndTheLastOfEqualKeysWins) {
  const auto custom = custom_of_headers(custom_headers({"k=a=b", "e=", "k2=x", "k=last"}), "ais://b/o");
  ASSERT_TRUE(custom && *custom);
  EXPECT_EQ(**custom, (CustomMetadata{{"k", "last"}, {"e", ""}, {"k2", "x"}}));
}

TEST(CustomMetadata, WhatIsRefused) {
  EXPECT_EQ(refusal({"no separator"}), "400 ais://b/o: custom metadata: expecting key=value, got \"no separator\"");
  EXPECT_EQ(refusal({"=value"}), "400 ais://b/o: custom metadata: empty key");
  EXPECT_THAT(refusal({"k=a\x01z"}), HasSubstr("key \"k\" holds a reserved byte"));
  EXPECT_THAT(refusal({"k=a\xE3\x2F\xBDz"}), HasSubstr("key \"k\" holds a reserved byte"));
  EXPECT_LT(refusal({std::string(5000, 'x').c_str()}).size(), 200u);
  for (const char* json : {"[]", "\"text\"", "17", R"({"k":1})", R"({"k":null})", R"({"k":{}})", R"({"":"v"})"}) {
    const auto custom = custom_of_json(nlohmann::json::parse(json), "ais://b/o");
    ASSERT_FALSE(custom) << json;
    EXPECT_EQ(custom.error().status(), 400);
    EXPECT_THAT(custom.error().message(), HasSubstr("ais://b/o: custom metadata: "));
  }
}

TEST(CustomMetadata, TheLimitCountsKeysAndValuesTogether) {
  const std::string most(kMaxCustomMetadata - 3, 'x');
  EXPECT_EQ(refusal({"a=", ("bc=" + most).c_str()}), "<accepted>");
  EXPECT_THAT(refusal({"ad=", ("bc=" + most).c_str()}), HasSubstr("total size 2049 exceeds max 2048 bytes"));
  EXPECT_FALSE(custom_of_json({{"abcd", most}}, "ais://b/o"));
  // What is replaced does not count.
  EXPECT_EQ(refusal({("k=" + most).c_str(), ("k=" + most).c_str()}), "<accepted>");
}

}  // namespace
}  // namespace bryo::kernel
