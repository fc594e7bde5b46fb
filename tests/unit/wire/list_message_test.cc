#include <kernel/wire/go_time.h>
#include <kernel/wire/list_message.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bryo::kernel {
namespace {

using testing::HasSubstr;

Result<ListMessage> parse(const char* json) { return parse_list_message(nlohmann::json::parse(json)); }

TEST(ListMessage, TakesWhatTheSdkSends) {
  const auto message = parse(R"({"prefix":"lst/","pagesize":4,"uuid":"bqJ2oJzWv","props":"name,size",
                                 "continuation_token":"lst/obj-003","flags":"2064","target":""})");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->prefix, "lst/");
  EXPECT_EQ(message->page_size, 4U);
  EXPECT_EQ(message->uuid, "bqJ2oJzWv");
  EXPECT_EQ(message->after, "lst/obj-003");
  EXPECT_TRUE(message->has(kListNameOnly));
  EXPECT_TRUE(message->has(kListNoRecursion));
  EXPECT_FALSE(message->has(kListCached));
}

TEST(ListMessage, HasDefaults) {
  for (const char* json : {"null", "{}"}) {
    const auto message = parse(json);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->page_size, 10'000U);
    EXPECT_EQ(message->time_format, kLayoutRfc822);
    EXPECT_EQ(message->props, (ListProps{.size = true}));
    EXPECT_EQ(message->after, "");
  }
}

TEST(ListMessage, CapsThePageAndDropsTheStar) {
  EXPECT_EQ(parse(R"({"pagesize":20000})")->page_size, 10'000U);
  EXPECT_EQ(parse(R"({"prefix":"o*"})")->prefix, "o");
}

TEST(ListMessage, TheLaterOfTokenAndStartWins) {
  EXPECT_EQ(parse(R"({"start_after":"b"})")->after, "b");
  EXPECT_EQ(parse(R"({"start_after":"b","continuation_token":"d"})")->after, "d");
  EXPECT_EQ(parse(R"({"start_after":"x","continuation_token":"d"})")->after, "x");
}

TEST(ListMessage, RefusesBadRequests) {
  struct Case {
    const char* json;
    const char* why;
  };
  for (const Case& c : {
           Case{R"({"pagesize":-1})", "negative page size -1"},
           Case{R"({"flags":0})", "field \"flags\": expecting a string that holds a number"},
           Case{R"({"prefix":"../x"})", "bad list-objects request: invalid prefix \"../x\""},
           Case{R"({"pagesize":"4"})", "field \"pagesize\": expecting a 64-bit integer"},
           Case{R"({"bogus":1})", "found unknown field: bogus"},
           Case{R"([])", "expecting an object"},
       }) {
    const auto message = parse(c.json);
    ASSERT_FALSE(message) << c.json;
    EXPECT_EQ(message.error().status(), 400);
    EXPECT_THAT(message.error().message(), HasSubstr(c.why));
  }
}

TEST(ListProps, FollowTheRulesOfTheWire) {
  EXPECT_EQ(list_props("", 0), (ListProps{.size = true}));
  EXPECT_EQ(list_props("", kListCached), (ListProps{.size = true, .checksum = true, .atime = true}));
  EXPECT_EQ(list_props("name", 0), ListProps{});
  EXPECT_EQ(list_props("name,size", 0), (ListProps{.size = true}));
  EXPECT_EQ(list_props("name,size,checksum", kListNameOnly), ListProps{});
  EXPECT_EQ(list_props("checksum", kListNameSize), (ListProps{.size = true}));
  EXPECT_EQ(list_props("name,size,checksum,atime,version,cached,status,copies,ec,custom,location", 0),
            (ListProps{.size = true,
                       .checksum = true,
                       .atime = true,
                       .version = true,
                       .location = true,
                       .custom = true,
                       .copies = true}));
}

}  // namespace
}  // namespace bryo::kernel
