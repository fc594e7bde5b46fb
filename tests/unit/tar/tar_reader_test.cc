#include "tar_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "pax_records.h"
#include "tar_fixture.h"

namespace bryo::tar {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(TarReader, ReadsWhatTheWriterWrites) {
  std::string archive;
  std::vector<std::pair<std::string, std::string>> members;
  for (std::size_t n : {1u, 99u, 100u, 101u, 155u, 156u, 256u, 257u, 1100u, 2048u}) {
    members.emplace_back(std::string(n, 'n'), std::string(n % 1000, 'c'));
    members.emplace_back("d/" + std::string(n, 'e') + "я", std::string(n, 'd'));
  }
  for (const auto& [name, content] : members) archive += written(name, content);
  const Reading reading(archive + end_blocks());
  ASSERT_FALSE(reading.failed()) << reading.error();
  EXPECT_EQ(reading.index().size(), members.size());
  for (const auto& [name, content] : members) EXPECT_EQ(reading.content(name), content);
}

TEST(TarReader, EmptyArchivesHoldNothing) {
  for (const std::string& archive : {std::string(), end_blocks(), std::string(kBlock, '\0')}) {
    const Reading reading(archive);
    ASSERT_FALSE(reading.failed()) << reading.error();
    EXPECT_EQ(reading.content("a"), "<missing>");
  }
}

TEST(TarReader, TheEndBlocksAndTheLastPaddingMayBeMissing) {
  const auto archive = member("a", "aaa") + member("b", "bbb");
  EXPECT_EQ(Reading(archive).content("b"), "bbb");
  EXPECT_EQ(Reading(archive.substr(0, archive.size() - 509)).content("b"), "bbb");
}

TEST(TarReader, WhatFollowsTheEndIsNotRead) {
  EXPECT_EQ(Reading(member("a", "1") + end_blocks() + member("b", "2")).content("b"), "<missing>");
  EXPECT_EQ(Reading(member("a", "1") + std::string(kBlock, '\0')).content("a"), "1");
}

TEST(TarReader, NamesOfEveryKind) {
  const std::string longer(300, 'l');
  EXPECT_EQ(Reading(RawHeader("name", 1).put(kPrefix, "some/prefix").bytes() + padded("x")).content("some/prefix/name"),
            "x");
  // GNU has other fields where ustar has the prefix.
  EXPECT_EQ(
      Reading(RawHeader("name", 1).put(kMagic, kGnuMagic).put(kPrefix, "12345").bytes() + padded("x")).content("name"),
      "x");
  // V7 has no magic at all.
  EXPECT_EQ(
      Reading(RawHeader("old", 1, kRegularV7).put(kMagic, std::string(8, '\0')).bytes() + padded("x")).content("old"),
      "x");
  // star keeps times behind a shorter prefix.
  EXPECT_EQ(Reading(RawHeader("n", 1)
                        .put(kPrefix, std::string(131, 'p') + "00000000000 00000000000 ")
                        .put(kStarTrailer, std::string_view("tar\0", 4))
                        .bytes() +
                    padded("x"))
                .content(std::string(131, 'p') + "/n"),
            "x");
  EXPECT_EQ(Reading(member("././@LongLink", longer + '\0', kGnuLongName) + member("l", "x")).content(longer), "x");
  EXPECT_EQ(Reading(member("././@LongLink", "target", kGnuLongLink) + member("a", "x")).content("a"), "x");
  EXPECT_EQ(Reading(pax(record("path", longer)) + member("l", "x")).content(longer), "x");
  EXPECT_EQ(Reading(member("g", record("path", "all"), kPaxGlobal) + member("a", "x")).content("a"), "x");
  EXPECT_EQ(Reading(member("c", "x", kContiguous)).content("c"), "x");
}

TEST(TarReader, OverridesHoldForOneMember) {
  const Reading reading(pax(record("path", "first")) + member("a", "1") + member("b", "2"));
  EXPECT_EQ(reading.content("first"), "1");
  EXPECT_EQ(reading.content("b"), "2");
  EXPECT_EQ(reading.content("a"), "<missing>");
}

TEST(TarReader, SizesOfEveryKind) {
  EXPECT_EQ(Reading(RawHeader("a").base256(kSize, 5).bytes() + padded("12345") + member("b", "2")).content("b"), "2");
  EXPECT_EQ(Reading(RawHeader("a").put(kSize, "          5 ").bytes() + padded("12345")).content("a"), "12345");
  EXPECT_EQ(
      Reading(pax(record("size", "5")) + RawHeader("a").bytes() + padded("12345") + member("b", "2")).content("b"),
      "2");
  EXPECT_EQ(Reading(member("a", "") + member("b", "2")).content("a"), "");
}

TEST(TarReader, OnlyRegularFilesAreMembers) {
  std::string archive;
  for (const char type : {'1', '2', '3', '4', '5', '6'})
    archive += RawHeader(std::string("t") + type, 512, type).bytes();
  archive += member("dir/", "") + RawHeader("old-dir/", 0, kRegularV7).bytes() + member("V", "volume", 'V');
  const Reading reading(archive + member("plain", "x"));
  ASSERT_FALSE(reading.failed()) << reading.error();
  EXPECT_EQ(reading.index().size(), 1u);
  EXPECT_EQ(reading.content("plain"), "x");
}

TEST(TarReader, SparseFilesAreRefusedByName) {
  auto old = RawHeader("holes", 512, kGnuSparse).put(kMagic, kGnuMagic);
  old.block[482] = 1;  // two more blocks of its map follow
  std::string more(kBlock, '\0');
  more[504] = 1;
  const auto archive = old.bytes() + more + std::string(kBlock, '\0') + std::string(512, 'd') +
                       pax(record("GNU.sparse.major", "1")) + member("GNUSparseFile.0/f", "dd") + member("good", "x");
  const Reading reading(archive);
  EXPECT_EQ(reading.content("good"), "x");
  EXPECT_THAT(reading.content("holes"), HasSubstr("is a sparse file"));
  EXPECT_THAT(reading.content("GNUSparseFile.0/f"), HasSubstr("is a sparse file"));
}

TEST(TarReader, DamageIsToldWithItsPlaceAndCostsOnlyWhatFollows) {
  const auto good = member("a", "aaa") + member("b", "bbb") + member("c", "ccc") + end_blocks();
  struct Case {
    const char* what;
    std::string archive;
    const char* error;
  };
  auto flipped = good;
  flipped[1024 + 10] ^= 1;
  auto no_number = member("a", "aaa") + RawHeader("b").put(kSize, "12x45678901").bytes();
  auto huge = member("a", "aaa") + RawHeader("b").base256(kSize, ~std::uint64_t{0}).bytes();
  auto negative = member("a", "aaa");
  {
    RawHeader header("b");
    header.put(kSize, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00");
    negative += header.bytes();
  }
  for (const Case& c : {
           Case{"checksum", flipped, "archive/tar: invalid tar header: ais://b/s.tar at offset 1024"},
           Case{"size", no_number, "archive/tar: invalid tar header: ais://b/s.tar at offset 1024"},
           Case{"2^64", huge, "archive/tar: invalid tar header: ais://b/s.tar at offset 1024"},
           Case{"negative", negative, "archive/tar: invalid tar header: ais://b/s.tar at offset 1024"},
           Case{"header", good.substr(0, 1024 + 100), "unexpected EOF: ais://b/s.tar is cut at offset 1124"},
           Case{"content", good.substr(0, 1024 + 512 + 2), "unexpected EOF: ais://b/s.tar is cut at offset 1538"},
           Case{"behind one zero block", member("a", "aaa") + std::string(kBlock, '\0') + member("b", "bbb"),
                "archive/tar: invalid tar header: ais://b/s.tar at offset 1536"},
           Case{"records", member("a", "aaa") + pax("nonsense") + member("b", "bbb"),
                "archive/tar: invalid tar header: ais://b/s.tar at offset 1024"},
       }) {
    const Reading reading(c.archive);
    EXPECT_EQ(reading.content("a"), "aaa") << c.what;
    EXPECT_EQ(reading.content("b"), "<" + std::string(c.error) + ">") << c.what;
  }
}

TEST(TarReader, WhatIsNoArchiveFails) {
  const Reading reading(std::string(2000, 'x'));
  ASSERT_TRUE(reading.failed());
  EXPECT_EQ(reading.error(), "archive/tar: invalid tar header: ais://b/s.tar at offset 0");
  EXPECT_THAT(Reading("short").error(), StartsWith("unexpected EOF"));
}

TEST(TarReader, SizesThatWrapAroundAreOutside) {
  for (const std::uint64_t size :
       {std::uint64_t{1} << 62, (std::uint64_t{1} << 63) - 1, (std::uint64_t{1} << 63) - 600}) {
    EXPECT_THAT(Reading(member("a", "x") + RawHeader("b").base256(kSize, size).bytes() + end_blocks()).content("b"),
                HasSubstr("unexpected EOF"));
    EXPECT_THAT(Reading(pax(record("size", std::to_string(size))) + RawHeader("b").bytes() + end_blocks()).error(),
                HasSubstr("unexpected EOF"));
  }
  EXPECT_THAT(Reading(RawHeader("x", std::uint64_t{1} << 30, kPaxHeader).bytes() + end_blocks()).error(),
              HasSubstr("unexpected EOF"));
}

TEST(TarReader, LongSpecialHeadersAreRefused) {
  const std::string records(kMaxSpecialSize + 1, 'r');
  EXPECT_THAT(Reading(member("x", records, kPaxHeader) + member("a", "x")).error(), HasSubstr("invalid tar header"));
  EXPECT_THAT(Reading(member("x", records, kGnuLongName) + member("a", "x")).error(), HasSubstr("invalid tar header"));
}

TEST(TarReader, CutAnywhereItAnswers) {
  const auto archive = member("././@LongLink", std::string(200, 'l') + '\0', kGnuLongName) + member("l", "11") +
                       pax(record("path", "päx")) + member("p", "22") + member("c", "333") + end_blocks();
  std::size_t readable = 0;
  for (std::size_t n = 0; n <= archive.size(); ++n) {
    const Reading reading(archive.substr(0, n));
    const auto content = reading.content("c");
    EXPECT_TRUE(content == "333" || content == "<missing>" || content.find("unexpected EOF") != std::string::npos)
        << "cut at " << n << ": " << content;
    readable += content == "333";
  }
  // From the last byte of "c" on.
  EXPECT_EQ(readable, 2 * kBlock + kBlock - 3 + 1);
}

TEST(TarReader, RandomDamageNeverReadsOutside) {
  std::mt19937 random(20);
  std::string good;
  for (int i = 0; i < 12; ++i)
    good += written("m" + std::to_string(i) + (i % 3 == 0 ? "я" : ""), std::string(700, 'x'));
  good += end_blocks();
  for (int round = 0; round < 3000; ++round) {
    auto archive = good;
    for (auto i = random() % 20; i-- > 0;) {
      // Mostly headers, where the harm is; with a checksum that fits again.
      const auto block = random() % (archive.size() / kBlock) * kBlock;
      archive[block + random() % kBlock] = static_cast<char>(random());
      if (random() % 2 == 0) {
        std::memset(&archive[block + kChecksum.offset], ' ', kChecksum.size);
        unsigned sum = 0;
        for (std::size_t k = 0; k < kBlock; ++k) sum += static_cast<unsigned char>(archive[block + k]);
        put_octal({&archive[block + kChecksum.offset], 7}, sum);
      }
    }
    archive.resize(random() % 4 == 0 ? random() % archive.size() : archive.size());
    const Reading reading(archive);
    if (reading.failed()) continue;
    reading.index().for_each([&](const Member& member) {
      EXPECT_LE(member.offset, archive.size());
      EXPECT_LE(member.size, archive.size() - member.offset);
      return true;
    });
  }
}

TEST(TarReader, SmallMembersAreReadManyAtATimeLargeOnesAreSkipped) {
  std::string small, large;
  for (int i = 0; i < 1000; ++i) small += member("s" + std::to_string(i), std::string(100, 's'));
  for (int i = 0; i < 20; ++i) large += member("l" + std::to_string(i), std::string(300'000, 'l'));
  EXPECT_LE(Reading(small).object().reads(), 10u);
  EXPECT_LE(Reading(large).object().reads(), 25u);
}

TEST(TarReader, FailuresOfTheDiskAreNotDamage) {
  testing::MemoryObject object(member("a", "x") + member("b", std::string(600'000, 'b')) + member("c", "x"), 1);
  object.break_at(1024 + 512 + 600'000 + 100);
  const auto index = testing::index_of(TarReader(), object, "ais://b/s.tar");
  ASSERT_FALSE(index);
  EXPECT_EQ(index.error().code(), Errc::Io);
}

}  // namespace
}  // namespace bryo::tar
