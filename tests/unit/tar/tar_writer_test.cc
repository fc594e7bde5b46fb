#include "tar_writer.h"

#include <gtest/gtest.h>

#include "pax_records.h"
#include "tar_fixture.h"

namespace bryo::tar {
namespace {

std::string field(const std::string& archive, Field field, std::size_t block = 0) {
  return archive.substr(block * kBlock + field.offset, field.size);
}

std::string cut(const std::string& text) { return text.substr(0, text.find('\0')); }

TEST(TarWriter, PlainHeaderToTheByte) {
  const auto archive = written("gbx/o00", std::string(1000, 'x'));
  ASSERT_EQ(archive.size(), kBlock + 1024);
  EXPECT_EQ(archive.substr(0, 8), std::string("gbx/o00\0", 8));
  EXPECT_EQ(archive.substr(100, 24), std::string("0000644\0"
                                                 "0000000\0"
                                                 "0000000\0",
                                                 24));
  EXPECT_EQ(archive.substr(124, 12), std::string("00000001750\0", 12));
  EXPECT_EQ(archive.substr(136, 12), std::string("00000000000\0", 12));
  EXPECT_EQ(archive[156], '0');
  EXPECT_EQ(archive.substr(157, 100), std::string(100, '\0'));
  EXPECT_EQ(archive.substr(257, 8), std::string("ustar\0"
                                                "00",
                                                8));
  EXPECT_EQ(archive.substr(265, 64), std::string(64, '\0'));
  EXPECT_EQ(archive.substr(329, 16), std::string("0000000\0"
                                                 "0000000\0",
                                                 16));
  EXPECT_EQ(archive.substr(345, 167), std::string(167, '\0'));
  EXPECT_EQ(archive.substr(kBlock + 1000), std::string(24, '\0'));
  // Six digits, NUL, space.
  EXPECT_EQ(archive[148 + 6], '\0');
  EXPECT_EQ(archive[148 + 7], ' ');
  EXPECT_TRUE(HeaderView(reinterpret_cast<const std::byte*>(archive.data())).checksum_matches());
}

TEST(TarWriter, EndsWithTwoZeroBlocks) {
  TarWriter writer;
  ArchiveBuffer out;
  ASSERT_TRUE(writer.finish(out));
  EXPECT_EQ(as_text(out.view()), std::string(1024, '\0'));
}

TEST(TarWriter, LongAsciiNamesAreSplit) {
  const std::string prefix = std::string(150, 'p');
  const std::string base = std::string(100, 'b');
  const auto archive = written(prefix + "/" + base, "");
  ASSERT_EQ(archive.size(), kBlock);
  EXPECT_EQ(field(archive, kName), base);
  EXPECT_EQ(cut(field(archive, kPrefix)), prefix);
}

TEST(TarWriter, WhatFitsNowhereGetsAPaxHeader) {
  struct Case {
    std::string name;
    std::string pax_name;
    std::string short_name;
  };
  const std::string m(150, 'M');
  for (const Case& c : {
           Case{m, "PaxHeaders.0/" + std::string(87, 'M'), std::string(100, 'M')},
           Case{"gbx/" + m, "gbx/PaxHeaders.0/" + std::string(83, 'M'), "gbx/" + std::string(96, 'M')},
           // An ASCII name of 100 bytes fits; a single byte beyond ASCII makes it a record.
           Case{"gbx/дата/файл 1", "gbx//PaxHeaders.0/ 1", "gbx// 1"},
           Case{"я", "PaxHeaders.0", ""},
           // Nothing of the field may end with '/'.
           Case{std::string(99, 'd') + "/" + std::string(101, 'f'), std::string(99, 'd'), std::string(99, 'd')},
       }) {
    const auto archive = written(c.name, "content");
    ASSERT_GE(archive.size(), 4 * kBlock) << c.name;
    EXPECT_EQ(archive[kType.offset], 'x');
    EXPECT_EQ(cut(field(archive, kName)), c.pax_name);
    EXPECT_EQ(field(archive, kMode), std::string("0000000\0", 8));
    std::string records;
    append_pax_record(records, "path", c.name);
    EXPECT_EQ(archive.substr(kBlock, records.size()), records);
    const auto behind = 1 + (records.size() + kBlock - 1) / kBlock;
    EXPECT_EQ(archive[behind * kBlock + kType.offset], '0');
    EXPECT_EQ(cut(field(archive, kName, behind)), c.short_name);
    EXPECT_EQ(Reading(archive).content(c.name), "content");
  }
}

TEST(TarWriter, BoundsOfTheFields) {
  EXPECT_EQ(written(std::string(100, 'n'), "").size(), kBlock);
  EXPECT_EQ(written(std::string(101, 'n'), "").size(), 3 * kBlock);
  EXPECT_EQ(written(std::string(155, 'p') + "/" + std::string(100, 'n'), "").size(), kBlock);
  EXPECT_EQ(written(std::string(156, 'p') + "/" + std::string(100, 'n'), "").size(), 3 * kBlock);
  EXPECT_EQ(written(std::string(10, 'p') + "/" + std::string(101, 'n'), "").size(), 3 * kBlock);
  EXPECT_EQ(written("/" + std::string(100, 'n'), "").size(), 3 * kBlock);
  EXPECT_EQ(written("\x7f", "").size(), kBlock);
}

TEST(TarWriter, SizesFrom8GiBAreRecords) {
  TarWriter writer;
  ArchiveBuffer out;
  ASSERT_TRUE(writer.begin("large", kMaxOctalSize, out));
  EXPECT_EQ(out.size(), kBlock);
  EXPECT_EQ(as_text(out.view()).substr(kSize.offset, 11), "77777777777");
  out.clear();
  ASSERT_TRUE(writer.begin("large", kMaxOctalSize + 1, out));
  ASSERT_EQ(out.size(), 3 * kBlock);
  EXPECT_EQ(as_text(out.view()).substr(kBlock, 19), "19 size=8589934592\n");
  EXPECT_EQ(as_text(out.view()).substr(2 * kBlock + kSize.offset, 11), "00000000000");
  EXPECT_EQ(as_text(out.view())[2 * kBlock], 'l');
}

TEST(TarWriter, HeaderFitsWhatWasPromised) {
  TarWriter writer;
  for (std::size_t n = 1; n < 4200; n += 7) {
    ArchiveBuffer out;
    ASSERT_TRUE(writer.begin(std::string(n, 'n'), kMaxOctalSize + 1, out));
    EXPECT_LE(out.size(), writer.max_header(n));
  }
}

TEST(TarWriter, ImpossibleNamesAreRefused) {
  EXPECT_EQ(written("", ""), "<refused>");
  EXPECT_EQ(written(std::string_view("a\0b", 3), ""), "<refused>");
}

}  // namespace
}  // namespace bryo::tar
