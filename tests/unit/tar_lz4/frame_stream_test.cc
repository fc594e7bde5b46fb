#include "frame_stream.h"

#include "block_places.h"
#include "tar_lz4_fixture.h"

namespace bryo::tar_lz4 {
namespace {

using testing::MemoryObject;

/// All of the stream, read in pieces of `step`; or "<why>".
std::string all_of(const std::string& bytes, std::size_t step = 10'000) {
  const MemoryObject object(bytes, 1);
  FrameStream stream(object, "label");
  std::string out;
  for (;;) {
    const auto piece = stream.next(step);
    if (!piece) return "<" + piece.error().message() + ">";
    if (piece->empty()) return out;
    out.append(as_text(*piece));
  }
}

std::string skippable(const std::string& content, unsigned number = 0) {
  const auto size = static_cast<std::uint32_t>(content.size());
  std::string out{static_cast<char>(0x50 + number), '\x2a', '\x4d', '\x18'};
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(size >> shift));
  return out + content;
}

TEST(FrameStream, GivesBackWhatWasPackedInEveryWay) {
  for (const Kind& kind : all_kinds()) {
    SCOPED_TRACE(name_of(kind));
    for (const std::size_t size : {0u, 1u, 65'536u, 65'537u, 300'000u}) {
      const std::string plain = mixed(size, 1);
      ASSERT_EQ(all_of(framed(plain, kind)), plain) << size;
    }
  }
  const std::string plain = mixed(4'500'000, 2);
  for (const bool linked : {false, true}) {
    for (const auto block : {LZ4F_max64KB, LZ4F_max256KB, LZ4F_max1MB, LZ4F_max4MB}) {
      ASSERT_EQ(all_of(framed(plain, {.block = block, .linked = linked, .content_checksum = true})), plain);
    }
  }
  EXPECT_EQ(all_of(framed("small"), 1), "small");
}

TEST(FrameStream, SeveralFramesAreOneStreamAndSkippableOnesAreNothing) {
  EXPECT_EQ(all_of(framed("one") + framed("", {.linked = true}) + framed("two", {.block = LZ4F_max4MB})), "onetwo");
  EXPECT_EQ(all_of(skippable("") + framed("one") + skippable(std::string(100'000, 'x'), 15) + framed("two") +
                   skippable("end", 7)),
            "onetwo");
  EXPECT_EQ(all_of(skippable("only")), "");
}

/// A frame does not see what came before it.
TEST(FrameStream, LinkedFramesBeginWithoutAWindow) {
  const std::string one = framed(mixed(300'000, 1), {.linked = true});
  const std::string two = framed(mixed(300'000, 1), {.linked = true, .content_checksum = true});
  EXPECT_EQ(all_of(one + two), mixed(300'000, 1) + mixed(300'000, 1));
}

TEST(FrameStream, DamageNamesTheArchiveAndTheOffset) {
  EXPECT_EQ(all_of("no frame at all"), "<lz4: label is damaged at offset 0: no lz4 frame begins here>");
  EXPECT_EQ(all_of(""), "<unexpected EOF: label is cut at offset 0>");
  const std::string good = framed(mixed(100'000, 3), {.content_checksum = true});
  EXPECT_NE(all_of(good.substr(0, good.size() / 2)).find("label is cut at offset"), std::string::npos);
  std::string bad = good;
  bad[bad.size() - 1] = static_cast<char>(bad[bad.size() - 1] ^ 1);
  EXPECT_NE(all_of(bad).find("does not match its checksum"), std::string::npos);
  bad = good;
  bad[6] = static_cast<char>(bad[6] ^ 1);
  EXPECT_EQ(all_of(bad),
            "<lz4: label is damaged at offset 0: the header of an lz4 frame is wrong (ERROR_headerChecksum_invalid)>");
  EXPECT_EQ(all_of(good + "tail"),
            "<lz4: label is damaged at offset " + std::to_string(good.size()) + ": no lz4 frame begins here>");
  bad = framed("some content", {.block_checksums = true});
  bad[bad.size() - 5] = static_cast<char>(bad[bad.size() - 5] ^ 1);
  EXPECT_EQ(all_of(bad), "<lz4: label is damaged at offset 7: a block does not match its checksum>");
}

TEST(FrameStream, WhatIsNotReadIsRefusedWithTheWayOut) {
  EXPECT_EQ(all_of("\x02\x21\x4c\x18 rest"),
            "<lz4: what label has at offset 0 is an lz4 frame of the old kind (lz4 -l), which is not read: decode it "
            "with lz4 -d and pack it again>");
  // Version 1, independent, with the number of a dictionary; checksum of the descriptor as the format page has it.
  std::string header("\x04\x22\x4d\x18\x61\x40\x01\x00\x00\x00", 10);
  header.push_back(static_cast<char>(::XXH32(header.data() + 4, 6, 0) >> 8));
  EXPECT_EQ(all_of(header + std::string(4, '\0')),
            "<lz4: what label has at offset 0 needs a dictionary (lz4 -D), which is not read: pack it again without "
            "one>");
}

TEST(FrameStream, BeginsAgainAtEveryPlace) {
  const std::string plain = mixed(1'000'000, 4);
  std::vector<std::string> archives;
  for (const Kind& kind : all_kinds()) archives.push_back(framed(plain, kind));
  archives.push_back(framed(plain.substr(0, 234'567), {.linked = true}) + skippable("x") +
                     framed(plain.substr(234'567), {.block = LZ4F_max1MB, .content_checksum = true}));
  for (const std::string& bytes : archives) {
    const MemoryObject object(bytes, 1);
    testing::MemoryMembers members;
    BlockPlaceWriter writer(members, 64 << 10);
    FrameStream pass(object, "label",
                     [&](const BlockPlace& place, BytesView window) { return writer.offer(place, window); });
    const auto size = pass.skip(~std::uint64_t{0});
    ASSERT_TRUE(size) << size.error().message();
    ASSERT_EQ(*size, plain.size());
    ASSERT_TRUE(writer.finish(std::nullopt, 0));
    const tar::DecodePlaces places(members.format_data(), "label");
    FrameStream stream(object, "label");
    std::minstd_rand random(5);
    for (int i = 0; i < 30; ++i) {
      const std::uint64_t wanted = random() % plain.size();
      const auto found = places.find(wanted);
      ASSERT_TRUE(found);
      ASSERT_LE(found->decoded, wanted);
      const auto window = window_before(*found, places);
      ASSERT_TRUE(window) << window.error().message();
      ASSERT_TRUE(stream.restart(block_at(*found), *window));
      ASSERT_TRUE(stream.skip(wanted - stream.position()));
      std::string got;
      while (got.size() < std::min<std::size_t>(20'000, plain.size() - wanted)) {
        const auto piece = stream.next(20'000 - got.size());
        ASSERT_TRUE(piece) << piece.error().message();
        ASSERT_FALSE(piece->empty());
        got.append(as_text(*piece));
      }
      ASSERT_EQ(got, plain.substr(wanted, got.size())) << wanted;
    }
  }
}

TEST(FrameStream, MovesBackWithinABlock) {
  const std::string plain = mixed(200'000, 6);
  const MemoryObject object(framed(plain), 1);
  FrameStream stream(object, "label");
  EXPECT_TRUE(stream.move_to(0));
  EXPECT_FALSE(stream.move_to(1));
  ASSERT_TRUE(stream.skip(70'000));
  EXPECT_FALSE(stream.move_to(65'535)) << "the block before";
  ASSERT_TRUE(stream.move_to(65'536));
  EXPECT_EQ(as_text(*stream.next(100)), plain.substr(65'536, 100));
  ASSERT_TRUE(stream.move_to(131'072));
  EXPECT_EQ(as_text(*stream.next(100)), plain.substr(131'072, 100));
}

TEST(BlockPlaces, ManyTinyBlocksShareThem) {
  testing::MemoryMembers members;
  BlockPlaceWriter writer(members, 1 << 20);
  const FrameDescriptor frame{.flags = 0x60, .blocks = 0x40};
  for (std::uint64_t i = 0; i < 1'000'000; ++i) {
    ASSERT_TRUE(writer.offer({.decoded = i, .encoded = 7 + 6 * i, .frame = frame}, {}));
  }
  ASSERT_TRUE(writer.finish(std::nullopt, 0));
  EXPECT_EQ(members.format_data().size(), 16 * 24 + 24u);
}

/// However large the archive, places take some megabytes.
TEST(BlockPlaces, TooManyAreThinnedOut) {
  testing::MemoryMembers members;
  BlockPlaceWriter writer(members, 1 << 20);
  const FrameDescriptor frame{.flags = 0x60, .blocks = 0x40};
  constexpr std::uint64_t kBlocks = 1'000'000;
  for (std::uint64_t i = 0; i < kBlocks; ++i) {
    ASSERT_TRUE(writer.offer({.decoded = i << 16, .encoded = i << 15, .frame = frame}, {}));
  }
  ASSERT_TRUE(writer.finish(std::nullopt, 0));
  EXPECT_LE(members.format_data().size(), 7u << 20);
  const tar::DecodePlaces places(members.format_data(), "label");
  for (std::uint64_t i = 0; i < kBlocks; i += 999) {
    const auto found = places.find((i << 16) + 5);
    ASSERT_TRUE(found);
    ASSERT_LE(found->decoded, i << 16);
    ASSERT_EQ(found->encoded, found->decoded / 2);
    ASSERT_LE((i << 16) - found->decoded, 8u << 16);
  }
}

TEST(BlockPlaces, DamagedDataIsAnErrorOrNothing) {
  testing::MemoryMembers members;
  BlockPlaceWriter writer(members, 64 << 10);
  const FrameDescriptor frame{.flags = 0x40, .blocks = 0x40};
  const std::string window = mixed(kWindow, 1);
  ASSERT_TRUE(writer.offer({.decoded = 0, .encoded = 7, .frame = frame}, {}));
  ASSERT_TRUE(writer.offer({.decoded = 1 << 20, .encoded = 500, .frame = frame}, as_bytes(window)));
  ASSERT_TRUE(writer.finish(2 << 20, 0));
  const BytesView good = members.format_data();
  const tar::DecodePlaces places(good, "label");
  EXPECT_EQ(places.wrong_from(), 2u << 20);
  EXPECT_EQ(places.find((1 << 20) - 1)->encoded, 7u);
  EXPECT_EQ(as_text(*window_before(*places.find(1 << 20), places)), window);
  const std::size_t step = good.size() / 500;
  for (std::size_t cut = 0; cut < good.size(); cut += step) {
    const tar::DecodePlaces bad(good.first(cut), "label");
    if (const auto found = bad.find(1 << 20)) (void)window_before(*found, bad);
  }
  std::minstd_rand random(1);
  for (int i = 0; i < 2'000; ++i) {
    std::vector<std::byte> bytes(good.begin(), good.end());
    for (int n = 0; n < 3; ++n) {
      const std::size_t from = random() % 2 == 0 ? 0 : bytes.size() - 80;  // the window's header, or what follows it
      bytes[from + random() % 80] = static_cast<std::byte>(random() >> 8);
    }
    const tar::DecodePlaces bad(bytes, "label");
    if (const auto found = bad.find(1 << 20)) (void)window_before(*found, bad);
  }
  const MemoryObject object(framed("x"), 1);
  FrameStream stream(object, "label");
  EXPECT_FALSE(stream.restart({.decoded = 0, .encoded = 7, .frame = {.flags = 0, .blocks = 0x70}}, {}));
  EXPECT_FALSE(stream.restart({.decoded = 0, .encoded = 7, .frame = {.flags = 0x60, .blocks = 0x30}}, {}));
}

}  // namespace
}  // namespace bryo::tar_lz4
