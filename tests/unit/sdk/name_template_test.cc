#include <bryo/name_template.h>
#include <gtest/gtest.h>

#include <array>

namespace bryo {
namespace {

std::vector<std::string> names_of(NameTemplate names, std::size_t limit = 1000) {
  std::vector<std::string> all;
  while (all.size() < limit) {
    auto name = names.next();
    if (!name) break;
    all.push_back(std::move(*name));
  }
  return all;
}

TEST(NameTemplate, ExpandsEveryStyle) {
  struct Case {
    const char* text;
    std::vector<std::string> names;
  };
  for (const Case& c : std::to_array<Case>({
           {"x-{0001..0009..2}-{1..2}",
            {"x-0001-1", "x-0001-2", "x-0003-1", "x-0003-2", "x-0005-1", "x-0005-2", "x-0007-1", "x-0007-2", "x-0009-1",
             "x-0009-2"}},
           {"prefix-{0010..0013..2}-suffix", {"prefix-0010-suffix", "prefix-0012-suffix"}},
           {"prefix-{0010..0013..2}-gap-{1..2..3}-suffix", {"prefix-0010-gap-1-suffix", "prefix-0012-gap-1-suffix"}},
           {"{1..02}", {"1", "2"}},  // the shorter end gives the width
           {"{8..11}", {"8", "9", "10", "11"}},
           {"{098..101}", {"098", "099", "100", "101"}},
           {"{1..02}}", {"1}", "2}"}},
           {"a{7..7}b", {"a7b"}},
           {"pref@2", {"pref0", "pref1", "pref2"}},
           {"p-@010",
            {"p-000", "p-001", "p-002", "p-003", "p-004", "p-005", "p-006", "p-007", "p-008", "p-009", "p-010"}},
           {"@1-@01x", {"0-00x", "0-01x", "1-00x", "1-01x"}},
           {"plain", {"plain"}},
           {"", {""}},
           {"one}{brace", {"one}{brace"}},  // never reached: see Refuses
       })) {
    auto parsed = NameTemplate::parse(c.text);
    if (std::string_view(c.text) == "one}{brace") {
      EXPECT_FALSE(parsed);
      continue;
    }
    ASSERT_TRUE(parsed) << c.text << ": " << parsed.error().message();
    EXPECT_EQ(parsed->count(), c.names.size()) << c.text;
    EXPECT_EQ(names_of(*parsed), c.names) << c.text;
  }
}

TEST(NameTemplate, PercentHasNoEnd) {
  const auto plain = NameTemplate::parse("out-%d.tar");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->count(), std::nullopt);
  EXPECT_EQ(names_of(*plain, 3), (std::vector<std::string>{"out-0.tar", "out-1.tar", "out-2.tar"}));
  EXPECT_EQ(names_of(*NameTemplate::parse("%06d"), 2), (std::vector<std::string>{"000000", "000001"}));
  EXPECT_EQ(names_of(*NameTemplate::parse("x%00dy"), 1), (std::vector<std::string>{"x0y"}));
  EXPECT_EQ(NameTemplate::parse("100%-%d")->ranges(), 0U) << "two percent signs are a plain name";
}

TEST(NameTemplate, RefusesWhatItCannotCount) {
  for (const char* text : {"p-{002..001}",
                           "p-{-001..009}",
                           "p-{1..9..-1}",
                           "p-{1..9..0}",
                           "p-{1..9..2s}",
                           "p-{1..9s}",
                           "p-{1s..9}",
                           "p-{0..1..2..3}",
                           "p-{1..}",
                           "p-{..9}",
                           "p-{..}",
                           "p-{}-s",
                           "{{}}",
                           "{{1..2}}",
                           "{1..2{3..4}}",
                           "{a..c}",
                           "{1..99999999999999999999}",
                           "p@",
                           "p@@1",
                           "p@-1",
                           "p@d@10",
                           "p-%0-6d",
                           "p-%6d",
                           "p-%0d",
                           "p-%x",
                           "p-%099999d"}) {
    const auto parsed = NameTemplate::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_TRUE(parsed.error().tcode() == "errTemplateInvalid" || parsed.error().tcode() == "NumError") << text;
  }
}

TEST(NameTemplate, SaysWhatClientsOfTheReferenceSee) {
  struct Case {
    const char* text;
    const char* message;
    const char* tcode;
  };
  for (const Case& c : std::to_array<Case>({
           {"x-{9..1}", R"(invalid 'bash' template "x-{9..1}": 'start' cannot be greater than 'end')",
            "errTemplateInvalid"},
           {"a@b", R"(strconv.ParseInt: parsing "": invalid syntax)", "NumError"},
           {"x-{a..c}", R"(strconv.ParseInt: parsing "a": invalid syntax)", "NumError"},
           {"{1..99999999999999999999}", R"(strconv.ParseInt: parsing "99999999999999999999": value out of range)",
            "NumError"},
           {"a}{1..2}", R"(invalid 'bash' template "a}{1..2}": a '}' before its '{')", "errTemplateInvalid"},
       })) {
    const auto parsed = NameTemplate::parse(c.text);
    ASSERT_FALSE(parsed) << c.text;
    EXPECT_EQ(parsed.error().message(), c.message);
    EXPECT_EQ(parsed.error().tcode(), c.tcode);
    EXPECT_EQ(parsed.error().status(), 400);
  }
}

TEST(NameTemplate, HugeCountsDoNotOverflow) {
  const auto huge = NameTemplate::parse("{0..9223372036854775807}{0..9223372036854775807}");
  ASSERT_TRUE(huge);
  EXPECT_EQ(huge->count(), std::nullopt);
  EXPECT_EQ(names_of(*NameTemplate::parse("{9223372036854775806..9223372036854775807}")),
            (std::vector<std::string>{"9223372036854775806", "9223372036854775807"}));
}

}  // namespace
}  // namespace bryo
