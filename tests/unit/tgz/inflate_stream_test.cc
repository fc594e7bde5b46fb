#include "inflate_stream.h"

#include "gzip_pass.h"
#include "tgz_fixture.h"

namespace bryo::tgz {
namespace {

using testing::MemoryObject;

/// All of the stream, read in pieces of `step`; or "<why>".
std::string all_of(InflateStream& stream, std::size_t step = 10'000) {
  std::string out;
  std::string piece(step, '\0');
  for (;;) {
    const auto count = stream.read(std::as_writable_bytes(std::span(piece)));
    if (!count) return "<" + count.error().message() + ">";
    out.append(piece, 0, *count);
    if (*count < step) return out;
  }
}
std::string inflated(const std::string& bytes, std::size_t step = 10'000) {
  const MemoryObject object(bytes, 1);
  InflateStream stream(object, "label");
  return all_of(stream, step);
}

/// Points of a pass over `bytes`, in the format data of an index.
std::vector<std::byte> points_of(const std::string& bytes, std::uint64_t span) {
  const MemoryObject object(bytes, 1);
  testing::MemoryMembers members;
  RestartPointWriter writer(members, span);
  GzipPass pass(object, "label", span, [&](const RestartPoint& point) { return writer.offer(point); });
  for (std::string piece(100'000, '\0');;) {
    const auto count = pass.read(std::as_writable_bytes(std::span(piece)));
    EXPECT_TRUE(count) << count.error().message();
    if (!count || *count == 0) break;
  }
  EXPECT_TRUE(writer.finish(pass.wrong_from(), 0));
  return {members.format_data().begin(), members.format_data().end()};
}

/// What deflate can make of bytes: strategies of zlib that leave out one kind of code or another.
std::vector<std::string> all_kinds(const std::string& plain) {
  std::vector<std::string> out;
  for (const int level : {0, 1, 6, 9}) out.push_back(gzipped(plain, level));
  for (const int strategy : {Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED}) out.push_back(gzipped(plain, 6, strategy));
  out.push_back(gzipped(plain.substr(0, plain.size() / 3)) + gzipped("") + gzipped(plain.substr(plain.size() / 3)));
  return out;
}

TEST(InflateStream, GivesBackWhatWasDeflated) {
  for (const std::size_t size : {0u, 1u, 2u, 300u, 32'767u, 32'768u, 65'537u, 1'000'000u}) {
    for (const std::string& plain : {mixed(size, 1), std::string(size, 'z')}) {
      for (const std::string& bytes : all_kinds(plain)) EXPECT_EQ(inflated(bytes), plain) << size;
    }
  }
  const std::string plain = mixed(10'000, 2);
  EXPECT_EQ(inflated(gzipped(plain), 1), plain);
}

TEST(InflateStream, SeveralMembersAreOneStreamAndZerosArePadding) {
  EXPECT_EQ(inflated(gzipped("one") + gzipped("") + gzipped("two")), "onetwo");
  EXPECT_EQ(inflated(gzipped("one") + std::string(300'000, '\0') + gzipped("two") + std::string(7, '\0')), "onetwo");
  std::string many;
  std::string plain;
  for (unsigned i = 0; i < 3'000; ++i) {
    const std::string one = mixed(i % 200, i);
    plain += one;
    many += gzipped(one, static_cast<int>(i % 10));
  }
  EXPECT_EQ(inflated(many), plain);
}

/// All fields that a header can have, and members that end around the end of what is read at once (128 KiB).
TEST(InflateStream, HeadersWithNamesAndEndsAnywhere) {
  const std::string plain = gzipped("content");
  std::string named =
      plain.substr(0, 10) + std::string("\5\0extra", 7) + std::string("name\0comment\0", 13) + plain.substr(10);
  named[3] = 4 | 8 | 16;
  EXPECT_EQ(inflated(named + named), "contentcontent");
  for (std::size_t beyond = 0; beyond < 40; ++beyond) {
    const std::string content((128 << 10) - 50 + beyond, 'x');
    EXPECT_EQ(inflated(gzipped(content, 0) + named + plain), content + "contentcontent");
  }
}

TEST(InflateStream, DamageNamesTheArchive) {
  EXPECT_TRUE(inflated("no gzip at all").starts_with("<unexpected EOF: label has no gzip header"));
  const std::string good = gzipped(mixed(100'000, 3));
  EXPECT_NE(inflated(good.substr(0, good.size() / 2)).find("label is cut at offset"), std::string::npos);
  EXPECT_EQ(inflated(""), "<unexpected EOF: label is cut at offset 0>");
  for (std::size_t cut = 0; cut < good.size(); cut += 501) EXPECT_TRUE(inflated(good.substr(0, cut)).starts_with("<"));
  std::minstd_rand random(9);
  for (int i = 0; i < 300; ++i) {
    std::string bad = good;
    for (int n = 0; n < 3; ++n) bad[random() % bad.size()] = static_cast<char>(random() >> 8);
    (void)inflated(bad);
  }
}

TEST(InflateStream, BeginsAgainAtEveryPoint) {
  const std::string plain = mixed(3'000'000, 4);
  for (const std::string& bytes : all_kinds(plain)) {
    const MemoryObject object(bytes, 1);
    const auto data = points_of(bytes, 64 << 10);
    RestartPoints points(data, "label");
    EXPECT_FALSE(points.wrong_from());
    InflateStream stream(object, "label");
    std::minstd_rand random(5);
    std::size_t restarts = 0;
    for (int i = 0; i < 100; ++i) {
      const std::uint64_t wanted = random() % plain.size();
      if (const auto found = points.find(wanted)) {
        ++restarts;
        const auto point = points.load(*found);
        ASSERT_TRUE(point);
        ASSERT_LE(point->decoded, wanted);
        ASSERT_TRUE(stream.restart(*point));
      } else {
        stream.rewind();
      }
      ASSERT_TRUE(stream.skip(wanted - stream.position()));
      std::string got(std::min<std::size_t>(5'000, plain.size() - wanted), '\0');
      const auto count = stream.read(std::as_writable_bytes(std::span(got)));
      ASSERT_TRUE(count) << count.error().message();
      ASSERT_EQ(got, plain.substr(wanted, got.size())) << wanted;
    }
    // Blocks of codes that are fixed have no end before the whole does.
    EXPECT_TRUE(restarts > 50 || bytes == gzipped(plain, 6, Z_FIXED)) << restarts;
  }
}

/// To the end of the stream from each of its points: also over the beginnings of gzip members.
TEST(InflateStream, GoesOnToTheEnd) {
  const std::string plain = mixed(700'000, 6);
  for (const std::string& bytes : all_kinds(plain)) {
    const auto data = points_of(bytes, 64 << 10);
    RestartPoints points(data, "label");
    const MemoryObject object(bytes, 1);
    InflateStream stream(object, "label");
    for (std::uint64_t from = 0; from < plain.size(); from += 64 << 10) {
      const auto found = points.find(from);
      if (!found) continue;
      ASSERT_TRUE(stream.restart(*points.load(*found)));
      ASSERT_EQ(all_of(stream), plain.substr(found->decoded));
    }
  }
}

TEST(InflateStream, APointThatLiesIsAnError) {
  const MemoryObject object(gzipped(mixed(200'000, 7)), 1);
  InflateStream stream(object, "label");
  EXPECT_FALSE(stream.restart({.encoded = object.size() + 1}));
  EXPECT_FALSE(stream.restart({.encoded = object.size() + 1, .bits = 1}));
  for (std::uint64_t at = 1; at < object.size(); at += 1'001) {
    const RestartPoint point{.decoded = 1, .encoded = at, .bits = static_cast<std::uint8_t>(at % 8)};
    if (stream.restart(point)) (void)all_of(stream);
  }
}

}  // namespace
}  // namespace bryo::tgz
