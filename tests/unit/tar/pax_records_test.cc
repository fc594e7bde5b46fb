#include "pax_records.h"

#include <gtest/gtest.h>

#include <array>

#include "tar_fixture.h"

namespace bryo::tar {
namespace {

TEST(PaxRecords, LengthCountsItself) {
  EXPECT_EQ(record("path", "a"), "9 path=a\n");
  EXPECT_EQ(record("path", "ab"), "11 path=ab\n");
  // With two digits it would have 100 characters, which needs a third.
  const std::string value(91, 'v');
  EXPECT_EQ(record("path", value), "101 path=" + value + "\n");
  for (std::size_t n = 1; n < 1200; ++n) {
    const auto text = record("path", std::string(n, 'x'));
    EXPECT_EQ(std::stoul(text), text.size());
  }
}

TEST(PaxRecords, AreReadBack) {
  const auto found =
      parse_pax_records(record("mtime", "1.5") + record("path", "a=b\nc") + record("size", "12345678901"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->path, "a=b\nc");
  EXPECT_EQ(found->size, 12345678901u);
  EXPECT_FALSE(found->sparse);
}

TEST(PaxRecords, LastWinsAndEmptyTakesBack) {
  EXPECT_EQ(parse_pax_records(record("path", "a") + record("path", "b"))->path, "b");
  EXPECT_EQ(parse_pax_records(record("path", "a") + record("path", ""))->path, std::nullopt);
  EXPECT_EQ(parse_pax_records(record("size", "1") + record("size", ""))->size, std::nullopt);
}

TEST(PaxRecords, SparseIsNoticed) { EXPECT_TRUE(parse_pax_records(record("GNU.sparse.major", "1"))->sparse); }

TEST(PaxRecords, MalformedIsRefused) {
  for (const std::string& text : std::to_array<std::string>({
           "x",
           "path=a\n",
           "0 path=a\n",
           "5 path=a\n",
           "11 path=a\n",
           "10 path=a ",
           "-1 path=a\n",
           "99999999999999999999 path=a\n",
           "9 patha1\n",
           "4 =\n",
           "2 \n",
           "10 path=a\n7",
           record("size", "-5"),
           record("size", "12x"),
           record("size", "99999999999999999999999"),
           record("path", std::string("a\0b", 3)),
       })) {
    EXPECT_FALSE(parse_pax_records(text)) << text;
  }
}

}  // namespace
}  // namespace bryo::tar
