#include <bryo/contract/archive_contract.h>
#include <bryo/testing.h>
#include <gtest/gtest.h>

#include "tar_header.h"
#include "tar_zst_format.h"

namespace tar_zst {
namespace {

using bryo::testing::FakeRegistrar;
using bryo::testing::index_of;
using bryo::testing::MemoryObject;

/// A writer and a reader with the options that a test sets.
class TarZst : public ::testing::Test {
 protected:
  std::string write(const bryo::contract::NamedContents& members) {
    const auto format = make_format(options);
    const auto writer = format.make_writer();
    bryo::ArchiveBuffer out;
    for (const auto& [name, content] : members) {
      EXPECT_TRUE(writer->begin(name, content.size(), out));
      EXPECT_TRUE(writer->content(bryo::as_bytes(content), out));
      EXPECT_TRUE(writer->end(out));
    }
    EXPECT_TRUE(writer->finish(out));
    return std::string(bryo::as_text(out.view()));
  }
  std::string error(const std::string& archive) {
    const auto index = index_of(*make_format(options).reader, MemoryObject(archive, 1), "ais://b/s.tar.zst");
    return index ? "<none>" : index.error().message();
  }
  /// What zstd makes of any bytes, in one frame.
  static std::string encoded(const std::string& plain) {
    Encoder encoder(3, ~std::uint64_t{0});
    bryo::ArchiveBuffer out;
    EXPECT_TRUE(encoder.write(bryo::as_bytes(plain), out));
    EXPECT_TRUE(encoder.finish(out));
    return std::string(bryo::as_text(out.view()));
  }

  FakeRegistrar registrar;
  TarZstOptions options{registrar};
};

TEST_F(TarZst, CompressesWhatCompresses) { EXPECT_LT(write({{"zeros", std::string(1 << 20, '\0')}}).size(), 2'000u); }

TEST_F(TarZst, ReadingAMemberBeginsAtItsFrame) {
  registrar.set_option("frame_size", bryo::Size{64 << 10});
  std::string noise(100'000, '\0');
  std::minstd_rand random(1);
  for (char& c : noise) c = static_cast<char>(random() >> 8);
  bryo::contract::NamedContents members;
  for (int i = 0; i < 50; ++i) members.emplace_back(std::to_string(i), noise);
  const MemoryObject archive(write(members), 1);
  const auto reader = make_format(options).reader;
  const auto index = index_of(*reader, archive, "label");
  ASSERT_TRUE(index) << index.error().message();
  const auto before = archive.reads();
  const auto member = (*index)->find("49");
  ASSERT_TRUE(member);
  const bryo::MemberPart whole{*member, 0, member->size};
  std::string got;
  const auto keep = [&](std::size_t, bryo::BytesView bytes) -> bryo::Status {
    got.append(bryo::as_text(bytes));
    return {};
  };
  ASSERT_TRUE(reader->extract(archive, "label", **index, {&whole, 1}, keep));
  EXPECT_EQ(got, noise);
  EXPECT_LE(archive.reads() - before, 3u) << "of " << before;
}

TEST_F(TarZst, LimitsNameTheOptionThatRaisesThem) {
  registrar.set_option("max_content", bryo::Size{1 << 20});
  EXPECT_EQ(error(write({{"m", std::string(2 << 20, 'x')}})),
            "ais://b/s.tar.zst holds more than 1048576 bytes; make smaller shards or raise "
            "[plugin.archive_tar_zst] max_content");
}

TEST_F(TarZst, AWindowBeyondTheLimitIsRefused) {
  registrar.set_option("window_log", std::int64_t{10});
  EXPECT_NE(error(write({{"m", std::string(1 << 20, 'x')}})).find("memory"), std::string::npos);
}

TEST_F(TarZst, WhatOtherToolsWrite) {
  const std::string long_name(300, 'n');
  const auto block = [](std::string text) { return text + std::string(padding(text.size()), '\0'); };
  std::string gnu = *make_header("././@LongLink", long_name.size());
  gnu[156] = 'L';
  unsigned sum = 8 * ' ';
  for (std::size_t i = 0; i < kBlock; ++i) sum += i >= 148 && i < 156 ? 0 : static_cast<unsigned char>(gnu[i]);
  char digits[8];
  std::snprintf(digits, sizeof digits, "%06o", sum);
  gnu.replace(148, 6, digits, 6);
  const MemoryObject archive(encoded(gnu + block(long_name) + *make_header("short", 3) + block("abc") +
                                     *make_header("d/", 0) + *make_header("last", 0) + std::string(2 * kBlock, '\0')),
                             1);
  const auto index = index_of(*make_format(options).reader, archive, "label");
  ASSERT_TRUE(index) << index.error().message();
  EXPECT_EQ((*index)->size(), 2u);
  EXPECT_EQ((*index)->find(long_name)->size, 3u);
  EXPECT_TRUE((*index)->find("last"));
}

TEST_F(TarZst, SentencesNameTheArchive) {
  EXPECT_EQ(error(encoded(std::string(kBlock, 'x'))),
            "archive/tar: invalid tar header: ais://b/s.tar.zst at decoded offset 0");
  EXPECT_EQ(error("no zstd at all"),
            "unexpected EOF: ais://b/s.tar.zst cannot be decoded (Unknown frame descriptor) at offset 0");
}

/// What every format must do, from the SDK.
struct Subject {
  FakeRegistrar registrar;
  bryo::ArchiveFormat format() { return make_format(TarZstOptions(registrar)); }
};

}  // namespace
}  // namespace tar_zst

namespace bryo::contract {
INSTANTIATE_TYPED_TEST_SUITE_P(TarZst, ArchiveContract, tar_zst::Subject);
}
