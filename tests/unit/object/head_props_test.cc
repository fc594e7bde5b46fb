#include <gtest/gtest.h>

#include <kernel/object/head_props.h>

namespace bryo::kernel {
namespace {

Result<HeadQuery> head_query(const char* props, const char* presence = "") {
  Query query;
  query.add("props", props);
  if (*presence != '\0') query.add("presence", presence);
  return parse_head_query(query);
}

TEST(HeadProps, WithoutPropsEverythingOfTheOldForm) {
  for (const auto& query : {parse_head_query({}), head_query("")}) {
    ASSERT_TRUE(query);
    EXPECT_TRUE(query->names && query->checksum && query->atime && query->version);
    EXPECT_TRUE(query->custom && query->location && query->copies);
    EXPECT_FALSE(query->etag || query->last_modified);  // words of the new form only
  }
}

TEST(HeadProps, WordsAddWhatTheyNameAndNothingElse) {
  const auto query = head_query(" etag ,last-modified,,name,size,ec,chunked,");
  ASSERT_TRUE(query) << query.error().message();
  EXPECT_TRUE(query->etag && query->last_modified);
  EXPECT_FALSE(query->names || query->checksum || query->atime || query->version || query->custom || query->location ||
               query->copies);
  EXPECT_TRUE(head_query("checksum,atime,version,custom,location,copies")->copies);
}

TEST(HeadProps, WordsThatDoNotExist) {
  EXPECT_EQ(head_query("checksum,nope").error().message(), "invalid property \"nope\" in props list");
  EXPECT_EQ(head_query("Checksum").error().status(), 400);
  EXPECT_FALSE(head_query("check sum"));
  EXPECT_LT(head_query(std::string(9000, 'x').c_str()).error().message().size(), 200u);
}

TEST(HeadProps, Presence) {
  struct Case {
    const char* text;
    Presence presence;
  };
  for (const Case& c : {Case{"0", Presence::Any}, Case{"1", Presence::NoProps}, Case{"2", Presence::Any},
                        Case{"3", Presence::NoProps}, Case{"4", Presence::Any}, Case{"5", Presence::Outside}}) {
    EXPECT_EQ(head_query("", c.text)->presence, c.presence) << c.text;
  }
  for (const char* bad : {"6", "-1", "x", "1 ", "00"}) EXPECT_EQ(head_query("", bad).error().status(), 400) << bad;
}

}  // namespace
}  // namespace bryo::kernel
