#include "tgz_fixture.h"

namespace bryo::tgz {
namespace {

using testing::index_of;
using testing::MemoryObject;

class Tgz : public ::testing::Test {
 protected:
  std::string error(const std::string& archive) {
    const auto index = index_of(TgzReader(options), MemoryObject(archive, 1), "ais://b/s.tgz");
    return index ? "<none>" : index.error().message();
  }
  testing::FakeRegistrar registrar;
  TgzOptions options{registrar};
};

/// get-batch.md section 6.
TEST_F(Tgz, BeginsAsTheReferencesDo) {
  EXPECT_EQ(written({{"a", "x"}}).substr(0, 10), std::string("\x1f\x8b\x08\0\0\0\0\0\x04\xff", 10));
  EXPECT_EQ(written({}).substr(0, 10), std::string("\x1f\x8b\x08\0\0\0\0\0\x04\xff", 10));
}

TEST_F(Tgz, ReadingAMemberBeginsAtARestartPoint) {
  registrar.set_option("restart_span", 64_KiB);
  Contents members;
  for (int i = 0; i < 60; ++i) members.emplace_back(std::to_string(i), mixed(100'000, static_cast<unsigned>(i)));
  const MemoryObject archive(written(members), 1);
  const TgzReader reader(options);
  const auto index = index_of(reader, archive, "label");
  ASSERT_TRUE(index) << index.error().message();
  const auto before = archive.reads();
  const auto member = (*index)->find("59");
  ASSERT_TRUE(member);
  std::string got;
  const auto keep = [&](std::size_t, BytesView bytes) -> Status {
    got.append(as_text(bytes));
    return {};
  };
  const MemberPart part{*member, 50'000, 10'000};
  ASSERT_TRUE(reader.extract(archive, "label", **index, {&part, 1}, keep));
  EXPECT_EQ(got, members.back().second.substr(50'000, 10'000));
  EXPECT_LE(archive.reads() - before, 2u) << "of " << before;
}

TEST_F(Tgz, RestartPointsTakeLittle) {
  Contents members;
  for (int i = 0; i < 400; ++i) members.emplace_back(std::to_string(i), mixed(64'000, static_cast<unsigned>(i)));
  const std::string archive = written(members);
  const auto index = index_of(TgzReader(options), MemoryObject(archive, 1), "label");
  ASSERT_TRUE(index);
  EXPECT_GT((*index)->format_data().size(), archive.size() / 200);
  EXPECT_LE((*index)->format_data().size(), archive.size() / 25) << "4 % at the default span";
}

TEST_F(Tgz, ABombEndsAtTheLimit) {
  registrar.set_option("max_content", 1_MiB);
  EXPECT_EQ(
      error(written({{"zeros", std::string(50 << 20, '\0')}})),
      "ais://b/s.tgz holds more than 1048576 bytes; make smaller shards or raise [plugin.archive_tgz] max_content");
}

TEST_F(Tgz, SentencesNameTheArchive) {
  EXPECT_EQ(error(gzipped(std::string(512, 'x'))), "archive/tar: invalid tar header: ais://b/s.tgz at offset 0");
  EXPECT_EQ(error("nothing of the kind"),
            "unexpected EOF: ais://b/s.tgz cannot be inflated (incorrect header check) at offset 2");
}

}  // namespace
}  // namespace bryo::tgz
