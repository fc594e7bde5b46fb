/// Archives that lie, in whatever field: sentences, and no harm. The suite of the contract damages what is written
/// here; these are the frames that others make.

#include <lz4.h>
#include <xxhash.h>

#include "frame_stream.h"
#include "tar_lz4_fixture.h"

namespace bryo::tar_lz4 {
namespace {

using testing::index_of;
using testing::MemoryObject;

const Contents kMembers{{"first", mixed(70'000, 1)}, {"second", mixed(70'000, 2)}, {"third", mixed(500, 3)}};

class HostileTarLz4 : public ::testing::Test {
 protected:
  /// What the archive answers for each member: the content, or a sentence in angle brackets.
  std::vector<std::string> answers(const std::string& bytes, const Contents& members = kMembers) {
    const MemoryObject archive(bytes, 1);
    const TarLz4Reader reader(options);
    const auto index = index_of(reader, archive, "ais://b/s.tar.lz4");
    std::vector<std::string> out;
    for (const auto& [name, content] : members) {
      if (!index) {
        out.push_back("<" + index.error().message() + ">");
        continue;
      }
      const auto member = (*index)->find(name);
      if (!member) {
        const Status why = (*index)->why_missing(name);
        out.push_back(why ? "<missing>" : "<" + why.error().message() + ">");
        continue;
      }
      std::string got;
      const auto keep = [&](std::size_t, BytesView piece) -> Status {
        got.append(as_text(piece));
        return {};
      };
      const MemberPart part{*member, 0, member->size};
      const Status done = reader.extract(archive, "ais://b/s.tar.lz4", **index, {&part, 1}, keep);
      out.push_back(done ? got : "<" + done.error().message() + ">");
    }
    return out;
  }
  /// Each is right, or a sentence.
  void expect_right_or_sentence(const std::string& bytes) {
    const auto got = answers(bytes);
    for (std::size_t i = 0; i < got.size(); ++i) {
      if (!got[i].starts_with('<')) {
        ASSERT_EQ(got[i], kMembers[i].second);
      }
    }
  }
  testing::FakeRegistrar registrar;
  TarLz4Options options{registrar};
};

TEST_F(HostileTarLz4, CutAtAnyByteItKeepsTheBlocksThatAreWhole) {
  const Contents small{{"a", mixed(900, 1)}, {"b", mixed(900, 2)}, {"c", "end"}};
  const std::string tar = tar_of(small);
  for (const bool linked : {false, true}) {
    const std::string whole = framed(tar.substr(0, 2'000), {.linked = linked, .content_checksum = true}) +
                              framed(tar.substr(2'000), {.block_checksums = true, .content_size = true});
    ASSERT_EQ(answers(whole, small)[2], "end");
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
      const auto got = answers(whole.substr(0, cut), small);
      for (std::size_t i = 0; i < small.size(); ++i) {
        ASSERT_TRUE(got[i] == small[i].second || got[i].starts_with('<')) << cut << " " << i;
      }
      if (!got[2].starts_with('<')) {
        ASSERT_GE(cut, whole.size() - 600);
      }
    }
  }
}

TEST_F(HostileTarLz4, EveryByteOfADescriptorMayBeAnyOther) {
  const std::string whole = framed(tar_of(kMembers), {.content_checksum = true, .content_size = true});
  for (std::size_t at = 0; at < 19; ++at) {
    for (unsigned value = 0; value < 256; value += at < 6 ? 1 : 17) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(value);
      expect_right_or_sentence(bytes);
      if (at < 15 && at > 3) {  // what the checksum covers, with one that matches
        bytes[14] = static_cast<char>(::XXH32(bytes.data() + 4, 10, 0) >> 8);
        const auto got = answers(bytes);
        EXPECT_EQ(got.size(), kMembers.size());
      }
    }
  }
}

TEST_F(HostileTarLz4, BlockSizesMayLie) {
  const std::string whole = framed(tar_of(kMembers), {.content_checksum = true});
  std::uint32_t right = 0;
  std::memcpy(&right, whole.data() + 7, sizeof right);
  for (const std::uint32_t size : {0u, 1u, right - 1, right + 1, 65'536u, 65'537u, 0x7FFFFFFFu, 0x80000000u,
                                   0x80000001u, 0x80010000u, 0x80010001u, 0xFFFFFFFFu, right ^ 0x80000000u}) {
    std::string bytes = whole;
    std::memcpy(bytes.data() + 7, &size, sizeof size);
    expect_right_or_sentence(bytes);
  }
  std::string bytes = whole;
  const std::uint32_t large = 65'537;
  std::memcpy(bytes.data() + 7, &large, sizeof large);
  EXPECT_EQ(answers(bytes)[0],
            "<lz4: ais://b/s.tar.lz4 is damaged at offset 7: a block is larger than its frame allows>");
}

/// Not all of them are seen: without checksums a byte of content is a byte of content.
TEST_F(HostileTarLz4, BytesOfAFrameWithChecksumsNeverChangeUnseen) {
  std::minstd_rand random(7);
  for (const bool linked : {false, true}) {
    for (const bool blocks : {false, true}) {
      const std::string whole =
          framed(tar_of(kMembers), {.linked = linked, .block_checksums = blocks, .content_checksum = !blocks});
      for (int i = 0; i < 150; ++i) {
        std::string bytes = whole;
        bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
        expect_right_or_sentence(bytes);
      }
    }
  }
}

/// Of the frame nobody knows which member is wrong; those of frames before it are right.
TEST_F(HostileTarLz4, AFrameThatFailsItsChecksumIsNotRead) {
  const std::string tar = tar_of(kMembers);
  const std::size_t half = 512 + 70'144;  // first ends here
  std::string bytes =
      framed(tar.substr(0, half), {.content_checksum = true}) + framed(tar.substr(half), {.content_checksum = true});
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  const auto got = answers(bytes);
  EXPECT_EQ(got[0], kMembers[0].second);
  for (const std::size_t i : {1u, 2u}) {
    EXPECT_EQ(got[i], "<lz4: the content of its frame does not match the checksum: \"" + kMembers[i].first +
                          "\" in ais://b/s.tar.lz4>");
  }
}

TEST_F(HostileTarLz4, ABombEndsAtTheLimit) {
  registrar.set_option("max_content", 1_MiB);
  const std::string why =
      "<ais://b/s.tar.lz4 holds more than 1048576 bytes; make smaller shards or raise [plugin.archive_tar_lz4] "
      "max_content>";
  const Contents zeros{{"zeros", std::string(50 << 20, '\0')}};
  EXPECT_EQ(answers(written(zeros), zeros)[0], why);
  // Also behind the end of the TAR, and in one block.
  EXPECT_EQ(answers(framed(tar_of(kMembers) + std::string(2 << 20, '\0'), {.block = LZ4F_max4MB}))[0], why);
}

TEST_F(HostileTarLz4, ABombEndsAtTheRatio) {
  const Contents zeros{{"zeros", std::string(50 << 20, '\0')}};
  EXPECT_EQ(answers(written(zeros), zeros)[0], zeros[0].second);
  registrar.set_option("max_ratio", std::int64_t{50});
  EXPECT_EQ(answers(written(zeros), zeros)[0],
            "<ais://b/s.tar.lz4 unfolds to more than 50 times its size; raise [plugin.archive_tar_lz4] max_ratio>");
}

TEST_F(HostileTarLz4, TenMillionMembersEndAtTheIndexesLimit) {
  const archive_contents::PeriodicObject archive(framed(archive_contents::many_headers(10'000)), 1'000);
  const auto index = testing::index_of(TarLz4Reader(TarLz4Options(registrar)), archive, "label", 100'000);
  ASSERT_FALSE(index);
  EXPECT_EQ(index.error().code(), Errc::TooLarge);
  EXPECT_LE(archive.bytes_read(), archive.size() / 20);
}

/// Blocks that decode to nothing and frames without blocks: what they cost is what the object has of bytes.
TEST_F(HostileTarLz4, NothingManyTimes) {
  std::string nothing;
  for (int i = 0; i < 100'000; ++i) nothing += std::string("\x01\0\0\0\0", 5);
  const std::string frame = framed("");
  const std::string blocks = frame.substr(0, frame.size() - 4) + nothing + std::string(4, '\0');
  std::string frames;
  for (int i = 0; i < 50'000; ++i) frames += frame;
  EXPECT_EQ(answers(blocks + framed(tar_of(kMembers)))[2], kMembers[2].second);
  EXPECT_EQ(answers(frames + framed(tar_of(kMembers)))[2], kMembers[2].second);
}

}  // namespace
}  // namespace bryo::tar_lz4
