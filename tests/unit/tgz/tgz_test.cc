#include "gzip_pass.h"
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

/// What the header says of the effort is what zlib says; all pieces are one gzip member, which any tool reads.
TEST_F(Tgz, IsOneGzipMemberAtEveryLevel) {
  Contents members{{"zeros", std::string(700'000, '\0')}, {"noise", noise(300'000, 1)}, {"empty", ""}};
  for (unsigned i = 0; i < 50; ++i) members.emplace_back("m" + std::to_string(i), mixed(i * 997, i));
  const std::string plain = plain_tar(members);
  for (int level = 0; level <= 9; ++level) {
    const std::string bytes = written(members, level);
    const int effort = level == 9 ? 2 : level < 2 ? 4 : 0;
    EXPECT_EQ(bytes[8], effort) << level;
    z_stream stream{};
    ASSERT_EQ(::inflateInit2(&stream, 31), Z_OK);
    std::string out(plain.size() + 1, 'x');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(::inflate(&stream, Z_FINISH), Z_STREAM_END) << level;
    EXPECT_EQ(stream.avail_in, 0u);
    out.resize(stream.total_out);
    EXPECT_TRUE(out == plain) << level;
    ::inflateEnd(&stream);
    // Pieces refer to what the one before ended with: cutting costs next to nothing.
    const std::size_t at_once = gzipped(plain, level).size();
    EXPECT_LT(bytes.size(), at_once + at_once / 50) << level;
  }
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

TEST_F(Tgz, ABombEndsAtTheRatio) {
  const std::string bomb = written({{"zeros", std::string(50 << 20, '\0')}});
  EXPECT_EQ(error(bomb), "<none>");
  registrar.set_option("max_ratio", std::int64_t{50});
  EXPECT_EQ(error(bomb), "ais://b/s.tgz unfolds to more than 50 times its size; raise [plugin.archive_tgz] max_ratio");
  EXPECT_EQ(error(written({{"noise", noise(1 << 20, 1)}, {"zeros", std::string(1 << 20, '\0')}})), "<none>");
}

TEST_F(Tgz, TenMillionMembersEndAtTheIndexesLimit) {
  const archive_contents::PeriodicObject archive(gzipped(archive_contents::many_headers(10'000)), 1'000);
  const auto index = index_of(TgzReader(options), archive, "label", 100'000);
  ASSERT_FALSE(index);
  EXPECT_EQ(index.error().code(), Errc::TooLarge);
  EXPECT_LE(archive.bytes_read(), archive.size() / 20);
}

/// Also where content is handed over instead of passed over.
TEST_F(Tgz, ABombEndsAtTheLimitWhileItIsTaken) {
  registrar.set_option("max_content", 1_MiB);
  struct All final : MemberTap {
    bool wants(const Member&) override { return true; }
    void content(BytesView bytes) override { size += bytes.size(); }
    std::uint64_t size = 0;
  } all;
  const MemoryObject bomb(written({{"zeros", std::string(50 << 20, '\0')}}), 1);
  const auto index = index_of(TgzReader(options), bomb, "label", ~std::size_t{0}, &all);
  ASSERT_FALSE(index);
  EXPECT_EQ(index.error().code(), Errc::TooLarge);
  EXPECT_LE(all.size, 2u << 20);
}

std::string ungzipped(const std::string& bytes) {
  const MemoryObject object(bytes, 1);
  GzipPass pass(object, "label", ~std::uint64_t{0}, {});
  std::string out(8 << 20, '\0');
  const auto size = pass.read(std::as_writable_bytes(std::span(out)));
  EXPECT_TRUE(size);
  out.resize(size ? *size : 0);
  return out;
}

TEST_F(Tgz, IsContinuedWithTheTarThatItHolds) {
  const TgzReader reader(options);
  Contents members{{"noise", noise(700'000, 3)}, {"empty", ""}, {"zeros", std::string(500'000, '\0')}};
  const std::string tar = plain_tar(members);
  const std::pair<std::string, std::string> added{"new", mixed(300'000, 4)};
  const std::size_t half = tar.size() / 2;
  for (const std::string& bytes : {gzipped(tar), gzipped(tar.substr(0, half)) + gzipped(tar.substr(half)),
                                   gzipped(tar + std::string(9'000, '\0')) + std::string(100, '\0'), written({})}) {
    const MemoryObject archive(bytes, 1);
    const auto index = index_of(reader, archive, "label");
    ASSERT_TRUE(index) << index.error().message();
    Contents expected = bytes == written({}) ? Contents() : members;
    expected.push_back(added);
    EXPECT_TRUE(ungzipped(archive_contents::continued(reader, archive, **index, added)) == plain_tar(expected));
  }
}

/// What has become wrong since it was indexed does not get a right checksum.
TEST_F(Tgz, IsNotContinuedWhenItHasChanged) {
  const TgzReader reader(options);
  const std::string bytes = gzipped(plain_tar({{"noise", noise(700'000, 3)}}), 0);
  const auto index = index_of(reader, MemoryObject(bytes, 1), "label");
  ASSERT_TRUE(index);
  std::string changed = bytes;
  changed[300'000] = static_cast<char>(changed[300'000] ^ 1);
  EXPECT_EQ(archive_contents::continued(reader, MemoryObject(changed, 1), **index, {"new", "x"}).substr(0, 6),
            "<gzip:");
  const auto other = index_of(reader, MemoryObject(written({{"a", "1"}}), 1), "label");
  EXPECT_EQ(archive_contents::continued(reader, MemoryObject(bytes, 1), **other, {"new", "x"}).front(), '<');
}

/// Nobody knows which one is wrong.
TEST_F(Tgz, MembersOfAGzipMemberWithAWrongChecksumAreRefused) {
  const TgzReader reader(options);
  const std::string tar = plain_tar({{"a", mixed(10'000, 1)}, {"b", mixed(10'000, 2)}, {"c", mixed(10'000, 3)}});
  const std::size_t second = tar.find(std::string("b\0", 2) + std::string(10, '\0'));
  ASSERT_NE(second, std::string::npos);
  for (const std::size_t wrong : {1u, 5u}) {
    std::string bytes = gzipped(tar.substr(0, second)) + gzipped(tar.substr(second));
    bytes[bytes.size() - wrong] = static_cast<char>(bytes[bytes.size() - wrong] ^ 1);
    const MemoryObject archive(bytes, 1);
    const auto index = index_of(reader, archive, "ais://b/s.tgz");
    ASSERT_TRUE(index) << index.error().message();
    EXPECT_TRUE((*index)->why_missing("z").error().message().starts_with("gzip: invalid checksum: the content of ais"));
    const auto ignore = [](std::size_t, BytesView) { return Status(); };
    for (const std::string name : {"a", "b", "c"}) {
      const auto member = (*index)->find(name);
      ASSERT_TRUE(member);
      const MemberPart part{*member, 0, member->size};
      const Status done = reader.extract(archive, "ais://b/s.tgz", **index, {&part, 1}, ignore);
      if (name == "a") {
        EXPECT_TRUE(done);
      } else {
        EXPECT_EQ(done.error().message(), "gzip: the content of its gzip member does not match the checksum: \"" +
                                              name + "\" in ais://b/s.tgz");
      }
    }
  }
}

TEST_F(Tgz, SentencesNameTheArchive) {
  EXPECT_EQ(error(gzipped(std::string(512, 'x'))), "archive/tar: invalid tar header: ais://b/s.tgz at offset 0");
  EXPECT_EQ(error("nothing of the kind"),
            "unexpected EOF: ais://b/s.tgz cannot be inflated (incorrect header check) at offset 2");
}

}  // namespace
}  // namespace bryo::tgz
