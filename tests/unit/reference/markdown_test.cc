#include <kernel/reference/markdown.h>

#include <gtest/gtest.h>

namespace bryo::kernel {
namespace {

TEST(Markdown, ATableKeepsItsShapeWhateverTheCellsHold) {
  MarkdownTable table{"Key", "Meaning"};
  table.row({code("a"), "one | two\nthree"});
  table.row({code("b"), ""});
  EXPECT_EQ(table.text(),
            "| Key | Meaning |\n"
            "|---|---|\n"
            "| `a` | one \\| two three |\n"
            "| `b` | |\n");
}

TEST(Markdown, WithoutAValueThereIsNoCode) {
  EXPECT_EQ(code("x"), "`x`");
  EXPECT_EQ(code(""), "");
}

TEST(Markdown, ListsAndLinks) {
  EXPECT_EQ(code_list({"a", "b"}), "`a`, `b`");
  EXPECT_EQ(code_list({}), "");
  EXPECT_EQ(link("options", "options.md#node"), "[options](options.md#node)");
}

TEST(Markdown, AnAnchorIsWhatARendererMakesOfTheHeading) {
  EXPECT_EQ(heading_anchor("[plugin.archive_tar]"), "pluginarchive_tar");
  EXPECT_EQ(heading_anchor("[cluster.log] without effect"), "clusterlog-without-effect");
  EXPECT_EQ(heading_anchor("The Node"), "the-node");
}

}  // namespace
}  // namespace bryo::kernel
