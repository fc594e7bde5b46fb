#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kernel/object/member_match.h>

#include <string>

namespace bryo::kernel {
namespace {

bool matches(const char* mode, std::string_view text, std::string_view name) {
  const auto match = MemberMatch::parse(mode, text);
  EXPECT_TRUE(match) << mode << " " << text;
  return match && match->matches(name);
}

TEST(MemberMatch, EachModeHasItsMeaning) {
  struct Case {
    const char* mode;
    const char* text;
    const char* name;
    bool expected;
  };
  for (const Case& c : {
           Case{"prefix", "a/", "a/1.txt", true},
           Case{"prefix", "a/", "b/a/1.txt", false},
           Case{"suffix", ".txt", "a/1.txt", true},
           Case{"suffix", ".txt", "a/1.txt.gz", false},
           Case{"substr", "/1", "a/1.txt", true},
           Case{"substr", "/2", "a/1.txt", false},
           Case{"regexp", "1.*t$", "a/1.txt", true},
           Case{"regexp", "^1.*t$", "a/1.txt", false},
           Case{"wdskey", "a/1", "a/1.txt", true},
           Case{"wdskey", "a/1", "a/1.seg.png", true},
           Case{"wdskey", "a/1.seg", "a/1.seg.png", false},
           Case{"wdskey", "a/1", "a/10.txt", false},
           Case{"wdskey", "1", "a/1.txt", false},
           Case{"wdskey", "", "a/1.txt", true},
           Case{"regexp", "", "", true},
       }) {
    EXPECT_EQ(matches(c.mode, c.text, c.name), c.expected) << c.mode << " " << c.text << " " << c.name;
  }
}

TEST(MemberMatch, ASampleIsNamedByItsPathUpToTheFirstDotOfTheBaseName) {
  for (const auto& [name, key] : {std::pair{"a/1.txt", "a/1"},
                                  {"a.b/1.seg.png", "a.b/1"},
                                  {"1", "1"},
                                  {"a.b/c", "a.b/c"},
                                  {".hidden", ""},
                                  {"d/", "d/"},
                                  {"", ""}}) {
    EXPECT_EQ(webdataset_key(name), key) << name;
  }
}

// Nothing here may take long or overflow the stack.
TEST(MemberMatch, HostileExpressionsAreRefusedOrLinear) {
  const std::string name(1 << 20, 'a');
  EXPECT_TRUE(matches("regexp", "(a*)*$", name));
  EXPECT_FALSE(matches("regexp", "(a|aa)+b$", name));
  EXPECT_TRUE(matches("regexp", std::string(900, '(') + "a" + std::string(900, ')'), name));
  for (const std::string& text : {std::string("("), std::string("a{1001}"), std::string("(?=a)"),
                                  std::string("((((((a{100}){100}){100}){100}){100}){100})"), std::string("[[:x:]]"),
                                  std::string(100'000, '('), std::string("\xff")}) {
    const auto match = MemberMatch::parse("regexp", text);
    ASSERT_FALSE(match) << text.substr(0, 50);
    EXPECT_EQ(match.error().status(), 400);
    EXPECT_THAT(match.error().message(), ::testing::HasSubstr("error parsing regexp"));
    EXPECT_LT(match.error().message().size(), 200'000u);
  }
}

}  // namespace
}  // namespace bryo::kernel
