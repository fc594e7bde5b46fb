#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kernel/object/read_options.h>

namespace bryo::kernel {
namespace {

using ::testing::HasSubstr;

Result<ReadOptions> options_of(std::initializer_list<std::pair<const char*, const char*>> items,
                               std::string_view object = "d/s.tar") {
  Query query;
  for (const auto& [key, value] : items) query.add(key, value);
  return parse_read_options(query, object);
}

TEST(ReadOptions, ArchpathIsRelativeToTheObject) {
  struct Case {
    const char* sent;
    const char* meant;
  };
  for (const Case& c : {Case{"", ""}, Case{"m", "m"}, Case{"/m", "m"}, Case{"//m", "m"}, Case{"d/s.tar/m", "m"},
                        Case{"d/s.tar//m", "m"}, Case{"d/s.tar", "d/s.tar"}, Case{"d/s.tarx/m", "d/s.tarx/m"},
                        Case{"d/m", "d/m"}, Case{"m/", "m/"}}) {
    const auto options = options_of({{"archpath", c.sent}});
    ASSERT_TRUE(options) << c.sent;
    EXPECT_EQ(options->archpath, c.meant) << c.sent;
  }
}

TEST(ReadOptions, UnknownKeysAreNobodysBusiness) { EXPECT_TRUE(options_of({{"x", "y"}, {"etl_name", ""}})); }

TEST(ReadOptions, NothingButSlashesIsNoFile) {
  const auto options = options_of({{"archpath", "//"}});
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->archived());
}

TEST(ReadOptions, MatchingManyExcludesOne) {
  for (const char* mode : {"regexp", "prefix", "suffix", "substr", "wdskey"}) {
    const auto many = options_of({{"archregx", "x"}, {"archmode", mode}, {"archpath", ""}});
    ASSERT_TRUE(many) << mode;
    ASSERT_TRUE(many->match) << mode;
    EXPECT_EQ(many->match->text(), std::string("(archregx=x, archmode=") + mode + ")");
    const auto both = options_of({{"archpath", "m"}, {"archmode", mode}});
    ASSERT_FALSE(both);
    EXPECT_EQ(both.error().status(), 400);
    EXPECT_THAT(both.error().message(), HasSubstr("mutually exclusive"));
  }
  const auto wrong = options_of({{"archmode", "Regexp"}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().status(), 400);
  EXPECT_THAT(wrong.error().message(), HasSubstr("expecting one of: [regexp prefix suffix substr wdskey]"));
  const auto without_mode = options_of({{"archregx", "x"}});
  ASSERT_TRUE(without_mode);
  EXPECT_FALSE(without_mode->archived());
}

TEST(ReadOptions, TransformationsAreNotSilentlyLeftOut) {
  const auto refused = options_of({{"etl_name", "resize"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status(), 501);
  EXPECT_EQ(refused.error().tcode(), "ErrUnsupp");
}

}  // namespace
}  // namespace bryo::kernel
