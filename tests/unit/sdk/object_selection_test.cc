#include <bryo/object_selection.h>
#include <bryo/testing.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace bryo {
namespace {

using ::testing::ElementsAre;
using Mode = ObjectSelection::Mode;

class Selection : public ::testing::Test {
 protected:
  Result<ObjectSelection> make(SelectionFields fields) {
    testing::MemoryFields value;
    const Query query;
    XactionRequest request{.action = "delete-listrange",
                           .name = {},
                           .bucket = bucket,
                           .target = "n1t",
                           .query = query,
                           .value = value,
                           .scope = {}};
    return ObjectSelection::make(std::move(fields), request);
  }
  std::vector<std::string> names(ObjectSelection selection, std::size_t limit) {
    std::vector<std::string> all;
    while (true) {
      auto page = testing::run(selection.next(objects, bucket, limit));
      EXPECT_TRUE(page);
      EXPECT_LE(page->size(), limit);
      if (page->empty()) return all;
      all.insert(all.end(), page->begin(), page->end());
    }
  }
  /// In pages of any size, which must not matter.
  std::vector<std::string> names(SelectionFields fields) {
    const auto selection = make(std::move(fields));
    EXPECT_TRUE(selection) << selection.error().message();
    const auto all = names(*selection, 1'000);
    for (const std::size_t limit : {1, 2, 3}) EXPECT_EQ(names(*selection, limit), all) << limit;
    return all;
  }
  void fill(std::initializer_list<const char*> wanted) {
    for (const char* name : wanted) objects.put(*bucket, name, "x");
  }

  testing::MemoryBuckets buckets;
  testing::MemoryObjects objects;
  const BucketPtr bucket = buckets.add("b");
};

TEST_F(Selection, AListKeepsItsOrderAndDoesNotLookAtTheTemplate) {
  EXPECT_THAT(names({.names = {"z", "a", "gone", "a"}, .text = "x-{1..3}"}), ElementsAre("z", "a", "gone", "a"));
  const auto selection = make({.names = {"z", "a"}});
  EXPECT_EQ(selection->mode(), Mode::List);
  EXPECT_EQ(selection->text(), "list:[z a]");
  EXPECT_EQ(make({.names = std::vector<std::string>(500, "name")})->text(), "list(500 names):[name, ...]");
}

TEST_F(Selection, ATemplateCounts) {
  EXPECT_THAT(names({.text = "x-{08..11..2}{1..2}"}), ElementsAre("x-081", "x-082", "x-101", "x-102"));
  EXPECT_THAT(names({.text = "x@02"}), ElementsAre("x00", "x01", "x02"));
  EXPECT_EQ(make({.text = "x@02"})->mode(), Mode::Range);
  EXPECT_EQ(make({.text = "x@02"})->text(), "template:x@02");
}

TEST_F(Selection, APrefixListsWhatIsThere) {
  fill({"a", "b/1", "b/2", "b0", "c*"});
  EXPECT_THAT(names({}), ElementsAre("a", "b/1", "b/2", "b0", "c*"));
  EXPECT_THAT(names({.text = "*"}), ElementsAre("a", "b/1", "b/2", "b0", "c*"));
  EXPECT_THAT(names({.text = "b*"}), ElementsAre("b/1", "b/2", "b0"));
  EXPECT_THAT(names({.text = "b/"}), ElementsAre("b/1", "b/2"));
  EXPECT_THAT(names({.text = "nothing"}), ElementsAre());
  EXPECT_EQ(make({.text = "b*"})->text(), "prefix:b");
  EXPECT_EQ(make({.text = "b*"})->mode(), Mode::Prefix);
}

TEST_F(Selection, AnEscapedPrefixIsLiteral) {
  fill({"a@b", "a@bc", "c*d", "{1..2}"});
  EXPECT_THAT(names({.text = "prefix:a@b"}), ElementsAre("a@b", "a@bc"));
  EXPECT_THAT(names({.text = "prefix:c*"}), ElementsAre("c*d"));
  EXPECT_THAT(names({.text = "prefix:{1..2}"}), ElementsAre("{1..2}"));
  EXPECT_THAT(names({.text = "a{1.."}), ElementsAre());  // half a template is a prefix
}

TEST_F(Selection, NotRecursiveSkipsDirectories) {
  fill({"a", "b/1", "b/2", "b/c/3", "b0", "b1/x", "c"});
  EXPECT_THAT(names({.direct = true}), ElementsAre("a", "b0", "c"));
  EXPECT_THAT(names({.text = "b/", .direct = true}), ElementsAre("b/1", "b/2"));
  EXPECT_THAT(names({.text = "b", .direct = true}), ElementsAre("b0"));
}

TEST_F(Selection, ALargeDirectoryIsPassedOverInOneStep) {
  for (int i = 0; i < 5'000; ++i) objects.put(*bucket, "d/" + std::to_string(i), "x");
  objects.put(*bucket, "e", "x");
  std::size_t pages = 0;
  objects.on_list = [&](std::size_t) { ++pages; };
  EXPECT_THAT(names(*make({.direct = true}), 10), ElementsAre("e"));
  EXPECT_LE(pages, 3u);
}

TEST_F(Selection, RefusesWithTheWordsOfTheWire) {
  const std::string failed = "t[n1t] failed to \"delete-listrange\" List/Range: ";
  struct Case {
    const char* text;
    const char* message;
    const char* tcode;
  };
  for (
      const Case& c : std::to_array<Case>({
          {"x-{9..1}", R"(invalid 'bash' template "x-{9..1}": 'start' cannot be greater than 'end')",
           "errTemplateInvalid"},
          {"a@b", R"(strconv.ParseInt: parsing "": invalid syntax)", "NumError"},
          {"x-%d",
           R"(invalid template "x-%d": it has no end, or more names than 63 bits count; give ranges such as {0001..0999})",
           "errTemplateInvalid"},
          {"{0..9223372036854775807}{0..9}",
           R"(invalid template "{0..9223372036854775807}{0..9}": it has no end, or more names than 63 bits count; give ranges such as {0001..0999})",
           "errTemplateInvalid"},
          {"../", "invalid prefix \"../x\": component '..'", "errInvalidPath"},
          {"../{1..2}", "invalid object name \"../1\": component '..'", "errInvalidPath"},
      })) {
    const auto refused = make({.text = c.text});
    ASSERT_FALSE(refused) << c.text;
    EXPECT_EQ(refused.error().message(), failed + c.message);
    EXPECT_EQ(refused.error().tcode(), c.tcode);
    EXPECT_EQ(refused.error().status(), 400);
  }
  EXPECT_FALSE(make({.names = {"good", "../bad"}}));
}

TEST_F(Selection, ABrokenListingIsAnError) {
  fill({"a", "b", "c"});
  objects.broken_page = 2;
  auto selection = make({});
  EXPECT_TRUE(testing::run(selection->next(objects, bucket, 1)));
  EXPECT_FALSE(testing::run(selection->next(objects, bucket, 1)));
}

}  // namespace
}  // namespace bryo
