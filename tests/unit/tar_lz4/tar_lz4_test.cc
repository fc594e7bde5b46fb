#include "frame_stream.h"
#include "tar_lz4_fixture.h"

namespace bryo::tar_lz4 {
namespace {

using testing::index_of;
using testing::MemoryObject;

class TarLz4 : public ::testing::Test {
 protected:
  std::string read(const OpenObject& archive, const MemberIndex& index, const MemberPart& part) {
    std::string got;
    const auto keep = [&](std::size_t, BytesView bytes) -> Status {
      got.append(as_text(bytes));
      return {};
    };
    const Status done = TarLz4Reader(options).extract(archive, "ais://b/s.tar.lz4", index, {&part, 1}, keep);
    return done ? got : "<" + done.error().message() + ">";
  }
  testing::FakeRegistrar registrar;
  TarLz4Options options{registrar};
};

/// get-batch.md section 6. The seventh byte is the checksum of the two before.
TEST_F(TarLz4, BeginsAsTheReferencesDo) {
  const std::string header("\x04\x22\x4d\x18\x60\x50\xfb", 7);
  EXPECT_EQ(written({{"a", "x"}}).substr(0, 7), header);
  EXPECT_EQ(written({}).substr(0, 7), header);
  EXPECT_EQ(written({}, 12).substr(0, 7), header);
  EXPECT_EQ(written({{"a", "x"}}).substr(written({{"a", "x"}}).size() - 4), std::string(4, '\0'))
      << "no checksum follows the last block";
}

TEST_F(TarLz4, BlocksAreOf256KiBWhateverThePieces) {
  const std::string archive = written({{"noise", std::string(1'000'000, '\0')}, {"more", mixed(1'000'000, 1)}});
  const MemoryObject object(archive, 1);
  std::vector<std::uint64_t> begins;
  FrameStream stream(object, "label", [&](const BlockPlace& place, BytesView) -> Status {
    begins.push_back(place.decoded);
    return {};
  });
  ASSERT_TRUE(stream.skip(~std::uint64_t{0}));
  ASSERT_EQ(begins.size(), 8u);
  for (std::size_t i = 0; i < begins.size(); ++i) EXPECT_EQ(begins[i], i << 18);
}

TEST_F(TarLz4, IsContinuedWithTheTarThatItHolds) {
  const TarLz4Reader reader(options);
  Contents members{{"noise", mixed(700'000, 3)}, {"empty", ""}, {"zeros", std::string(500'000, '\0')}};
  const std::string tar = tar_of(members);
  members.emplace_back("new", mixed(300'000, 4));
  for (const Kind& kind : all_kinds()) {
    const MemoryObject archive(framed(tar + std::string(9'000, '\0'), kind), 1);
    const auto index = index_of(reader, archive, "label");
    ASSERT_TRUE(index) << index.error().message();
    EXPECT_TRUE(archive_contents::continued(reader, archive, **index, members.back()) == written(members));
  }
  const MemoryObject nothing(written({}), 1);
  const auto index = index_of(reader, nothing, "label");
  EXPECT_TRUE(archive_contents::continued(reader, nothing, **index, {"a", "x"}) == written({{"a", "x"}}));
}

/// What has become wrong since it was indexed does not get a right checksum.
TEST_F(TarLz4, IsNotContinuedWhenItHasChanged) {
  const TarLz4Reader reader(options);
  const std::string bytes = framed(tar_of({{"zeros", std::string(10, 'x')}}), {.content_checksum = true});
  const auto index = index_of(reader, MemoryObject(bytes, 1), "label");
  ASSERT_TRUE(index);
  std::string changed = bytes;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  EXPECT_EQ(archive_contents::continued(reader, MemoryObject(changed, 1), **index, {"new", "x"}).substr(0, 5), "<lz4:");
}

TEST_F(TarLz4, ReadsWhateverLz4Writes) {
  registrar.set_option("linked_span", 64_KiB);
  Contents members;
  for (unsigned i = 0; i < 40; ++i) members.emplace_back("dir/" + std::to_string(i), mixed(i * i * 20, i));
  const std::string tar = tar_of(members);
  for (const Kind& kind : all_kinds()) {
    SCOPED_TRACE(name_of(kind));
    const MemoryObject archive(framed(tar, kind), 1);
    const auto index = index_of(TarLz4Reader(options), archive, "label");
    ASSERT_TRUE(index) << index.error().message();
    EXPECT_TRUE((*index)->why_missing("none"));
    for (std::size_t i = members.size(); i-- > 0;) {
      const auto& [name, content] = members[i];
      const auto member = (*index)->find(name);
      ASSERT_TRUE(member);
      ASSERT_EQ(read(archive, **index, {*member, 0, member->size}), content);
      ASSERT_EQ(read(archive, **index, {*member, member->size / 2, member->size / 3}),
                content.substr(content.size() / 2, content.size() / 3));
    }
  }
}

TEST_F(TarLz4, AMemberCostsTheBlocksThatItTouches) {
  Contents members;
  for (unsigned i = 0; i < 100; ++i) members.emplace_back(std::to_string(i), mixed(100'000, i));
  for (const bool linked : {false, true}) {
    const MemoryObject archive(framed(tar_of(members), {.linked = linked}), 1);
    const auto index = index_of(TarLz4Reader(options), archive, "label");
    ASSERT_TRUE(index);
    const auto member = (*index)->find("99");
    ASSERT_TRUE(member);
    const auto before = archive.reads();
    EXPECT_EQ(read(archive, **index, {*member, 50'000, 10'000}), members.back().second.substr(50'000, 10'000));
    EXPECT_LE(archive.reads() - before, linked ? 8u : 2u) << "of " << before;
    EXPECT_LE((*index)->format_data().size(), archive.size() / (linked ? 25 : 1000));
  }
}

TEST_F(TarLz4, PartsInOneBlockDecodeItOnce) {
  Contents members;
  for (unsigned i = 0; i < 100; ++i) members.emplace_back(std::to_string(i), mixed(1'000, i));
  const MemoryObject archive(written(members), 1);
  const auto index = index_of(TarLz4Reader(options), archive, "label");
  ASSERT_TRUE(index);
  std::vector<MemberPart> parts;
  for (int i = 0; i < 256; ++i) parts.push_back({*(*index)->find("50"), 0, 1'000});
  const auto before = archive.reads();
  std::size_t calls = 0;
  const auto count = [&](std::size_t, BytesView bytes) -> Status {
    EXPECT_EQ(as_text(bytes), members[50].second);
    ++calls;
    return {};
  };
  ASSERT_TRUE(TarLz4Reader(options).extract(archive, "label", **index, parts, count));
  EXPECT_EQ(calls, 256u);
  EXPECT_LE(archive.reads() - before, 3u);
}

}  // namespace
}  // namespace bryo::tar_lz4
