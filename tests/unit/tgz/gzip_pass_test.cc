#include "gzip_pass.h"

#include "tgz_fixture.h"

namespace bryo::tgz {
namespace {

using testing::MemoryObject;

constexpr std::uint64_t kNever = ~std::uint64_t{0};

/// All of the stream, read in pieces of `step`; or "<why>".
std::string passed(const std::string& bytes, std::size_t step = 10'000, std::uint64_t point_from = kNever) {
  const MemoryObject object(bytes, 1);
  GzipPass pass(object, "label", point_from, [](const RestartPoint& point) { return point.decoded; });
  std::string out;
  std::string piece(step, '\0');
  for (;;) {
    const auto count = pass.read(std::as_writable_bytes(std::span(piece)));
    if (!count) return "<" + count.error().message() + ">";
    out.append(piece, 0, *count);
    if (*count == 0) return out;
  }
}

TEST(GzipPass, GivesBackWhatWasDeflated) {
  for (const std::size_t size : {0u, 1u, 32'767u, 32'768u, 65'537u, 1'000'000u}) {
    const std::string plain = mixed(size, 1);
    for (const int level : {0, 1, 6, 9}) {
      EXPECT_EQ(passed(gzipped(plain, level)), plain) << size << " " << level;
      EXPECT_EQ(passed(gzipped(plain, level), 10'000, 0), plain) << size << " " << level;
    }
  }
  const std::string plain = mixed(10'000, 2);
  EXPECT_EQ(passed(gzipped(plain), 1), plain);
}

TEST(GzipPass, SeveralMembersAreOneStreamAndZerosArePadding) {
  EXPECT_EQ(passed(gzipped("one") + gzipped("") + gzipped("two")), "onetwo");
  EXPECT_EQ(passed(gzipped("one") + std::string(300'000, '\0') + gzipped("two") + std::string(7, '\0')), "onetwo");
}

/// Checksums are compared wherever the pieces of the file end that are read at once (128 KiB).
TEST(GzipPass, ChecksumsMayLieAnywhere) {
  const std::string last = gzipped("last");
  for (std::size_t beyond = 0; beyond < 30; ++beyond) {
    const std::string first = gzipped(std::string((128 << 10) - 40 + beyond, 'x'), 0);
    const std::string plain = passed(first + last);
    EXPECT_EQ(plain.size(), (128 << 10) - 40 + beyond + 4);
    std::string wrong = first + last;
    wrong[first.size() - 5] = static_cast<char>(wrong[first.size() - 5] ^ 1);
    EXPECT_TRUE(passed(wrong).starts_with("<gzip: invalid checksum")) << beyond;
  }
}

TEST(GzipPass, WhatComesBeforeDamageIsAnsweredFirst) {
  const std::string plain = mixed(300'000, 4);
  std::string bytes = gzipped(plain);
  bytes[bytes.size() - 1] = '\x7f';
  const MemoryObject object(bytes, 1);
  GzipPass pass(object, "label", kNever, {});
  std::string out(400'000, '\0');
  const auto count = pass.read(std::as_writable_bytes(std::span(out)));
  ASSERT_TRUE(count);
  EXPECT_EQ(out.substr(0, *count), plain);
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(pass.read(std::as_writable_bytes(std::span(out))));
  EXPECT_EQ(pass.wrong_from(), 0u);
}

TEST(GzipPass, DamageNamesTheArchiveAndTheOffset) {
  EXPECT_EQ(passed("no gzip at all"),
            "<unexpected EOF: label cannot be inflated (incorrect header check) at offset 2>");
  const std::string good = gzipped(mixed(100'000, 3));
  EXPECT_NE(passed(good.substr(0, good.size() / 2)).find("label is cut at offset"), std::string::npos);
  EXPECT_EQ(passed(""), "<unexpected EOF: label is cut at offset 0>");
  EXPECT_NE(passed(good + "tail").find("incorrect header check"), std::string::npos);
  for (const std::size_t behind : {8u, 5u, 4u, 1u}) {  // checksum and size
    std::string bad = gzipped("before") + good;
    bad[bad.size() - behind] = static_cast<char>(bad[bad.size() - behind] ^ 1);
    EXPECT_EQ(passed(bad), "<gzip: invalid checksum: the content of label from 6 to 100006 is damaged>");
  }
}

}  // namespace
}  // namespace bryo::tgz
