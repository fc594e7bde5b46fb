#include <bryo/client/archive_body.h>
#include <bryo/client/archive_writer.h>
#include <bryo/client/decompress.h>
#include <bryo/client/tar_reader.h>
#include <bryo/client/zip_writer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "piecewise_input.h"

namespace bryo::client {
namespace {

class Collected final : public ByteSink {
 public:
  Status write(std::span<const std::byte> bytes) override {
    all += text_of(bytes);
    return {};
  }
  std::string all;
};

/// Members in memory; `announced` may lie about a size.
class Given final : public ArchiveMembers {
 public:
  struct Member {
    std::string name;
    std::string content;
    std::uint64_t announced;
  };
  explicit Given(std::vector<Member> members) : members_(std::move(members)) {}
  Result<std::optional<ArchiveMember>> next() override {
    if (at_ == members_.size()) return std::optional<ArchiveMember>();
    left_ = members_[at_].content;
    return std::optional(ArchiveMember{members_[at_].name, members_[at_++].announced});
  }
  Result<std::size_t> read(std::span<std::byte> out) override {
    const auto n = std::min(out.size(), left_.size());
    if (n > 0) std::memcpy(out.data(), left_.data(), n);
    left_.remove_prefix(n);
    return n;
  }
  Status rewind() override {
    at_ = 0;
    ++rewinds;
    return {};
  }
  int rewinds = 0;

 private:
  std::vector<Member> members_;
  std::size_t at_ = 0;
  std::string_view left_;
};

Result<std::string> drain(BodySource& body, std::size_t piece) {
  std::string all;
  std::string buffer(piece, '\0');
  while (true) {
    BRYO_TRY(n, body.read(std::as_writable_bytes(std::span(buffer))));
    if (n == 0) return all;
    all.append(buffer, 0, n);
  }
}

std::uint64_t number_at(std::string_view bytes, std::size_t at, int size) {
  std::uint64_t number = 0;
  for (int i = size; i-- > 0;) {
    number = number << 8U | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  }
  return number;
}

TEST(ArchiveWriter, EveryTarIsReadBack) {
  for (const auto format : {ArchiveFormat::Tar, ArchiveFormat::Tgz, ArchiveFormat::TarGz, ArchiveFormat::TarLz4}) {
    Collected sink;
    const auto writer = make_archive_writer(sink, format);
    ASSERT_TRUE(writer->begin("a/b.txt", 5));
    ASSERT_TRUE(writer->write(bytes_of("hel")));
    ASSERT_TRUE(writer->write(bytes_of("lo")));
    ASSERT_TRUE(writer->begin("empty", 0));
    ASSERT_TRUE(writer->finish());
    PiecewiseInput packed(sink.all, 77);
    const auto input = decompress(packed, compression_of(format));
    TarReader tar(*input);
    const auto first = tar.next();
    ASSERT_TRUE(first && *first) << extension_of(format);
    EXPECT_EQ((*first)->name, "a/b.txt");
    EXPECT_EQ((*first)->size, 5);
    const auto second = tar.next();
    ASSERT_TRUE(second && *second);
    EXPECT_EQ((*second)->name, "empty");
    const auto end = tar.next();
    ASSERT_TRUE(end);
    EXPECT_FALSE(*end);
  }
}

TEST(ArchiveWriter, RefusesWhatAFormatCannotHold) {
  for (const auto format : {ArchiveFormat::Tar, ArchiveFormat::Zip}) {
    Collected sink;
    const auto writer = make_archive_writer(sink, format);
    EXPECT_FALSE(writer->begin("", 0));
    EXPECT_FALSE(writer->begin(std::string_view("a\0b", 3), 0));
    ASSERT_TRUE(writer->begin("a", 2));
    EXPECT_FALSE(writer->write(bytes_of("123")));
    EXPECT_FALSE(writer->begin("b", 0)) << "a is two bytes short";
    EXPECT_FALSE(writer->finish());
  }
  Collected sink;
  EXPECT_FALSE(make_archive_writer(sink, ArchiveFormat::Zip)->begin(std::string(65536, 'n'), 0));
}

/// Takes a file of zeros without keeping it: what is kept are the writer's own fields.
class FieldsOnly final : public ByteSink {
 public:
  Status write(std::span<const std::byte> bytes) override {
    if (bytes.size() < kContent) fields += text_of(bytes);
    total += bytes.size();
    return {};
  }
  static constexpr std::size_t kContent = std::size_t{16} << 20;
  std::string fields;
  std::uint64_t total = 0;
};

TEST(ZipWriter, BeyondFourGibibytesNumbersStandInZip64Records) {
  FieldsOnly sink;
  ZipWriter zip(sink);
  const std::string zeros(FieldsOnly::kContent, '\0');
  const std::uint64_t pieces = 257;
  ASSERT_TRUE(zip.begin("large", pieces * zeros.size()));
  for (std::uint64_t i = 0; i < pieces; ++i) ASSERT_TRUE(zip.write(bytes_of(zeros)));
  ASSERT_TRUE(zip.begin("late", 1));
  ASSERT_TRUE(zip.write(bytes_of("x")));
  ASSERT_TRUE(zip.finish());
  const auto& tail = sink.fields;
  const auto wide_end = tail.rfind("PK\x06\x06");
  ASSERT_NE(wide_end, std::string::npos);
  EXPECT_EQ(number_at(tail, wide_end + 32, 8), 2U);
  const auto directory = number_at(tail, wide_end + 48, 8);
  EXPECT_EQ(directory + number_at(tail, wide_end + 40, 8) + 56 + 20 + 22, sink.total);
  const auto entry = tail.find("PK\x01\x02");
  EXPECT_EQ(number_at(tail, entry + 24, 4), 0xffffffffU);
  EXPECT_EQ(number_at(tail, entry + 46 + 5 + 4, 8), pieces * zeros.size());
  const auto second = tail.find("PK\x01\x02", entry + 4);
  EXPECT_EQ(number_at(tail, second + 42, 4), 0xffffffffU);
  EXPECT_GT(number_at(tail, second + 46 + 4 + 4 + 16, 8), pieces * zeros.size());
  EXPECT_EQ(number_at(tail, tail.size() - 6, 4), 0xffffffffU);
}

TEST(ArchiveBody, GivesTheSameInAnyPieceAndAgainAfterRewind) {
  const std::string large(300'000, 'x');
  for (const auto format : {ArchiveFormat::Tar, ArchiveFormat::Tgz, ArchiveFormat::Zip, ArchiveFormat::TarLz4}) {
    Given members({{"a", "one", 3}, {"b/large", large, large.size()}, {"c", "", 0}});
    ArchiveBody body(format, members);
    const auto first = drain(body, 1 << 20);
    ASSERT_TRUE(first) << first.error().message();
    ASSERT_TRUE(body.rewind());
    const auto again = drain(body, 1013);
    ASSERT_TRUE(again);
    EXPECT_EQ(*first, *again);
    EXPECT_EQ(members.rewinds, 2);
  }
}

TEST(ArchiveBody, AMemberThatChangedSizeEndsIt) {
  for (const std::uint64_t announced : {2U, 4U}) {
    Given members({{"a", "one", announced}});
    ArchiveBody body(ArchiveFormat::Tar, members);
    const auto all = drain(body, 100);
    ASSERT_FALSE(all);
    EXPECT_NE(all.error().message().find("a "), std::string::npos);
    EXPECT_NE(all.error().message().find("changed while it was read"), std::string::npos);
  }
}

}  // namespace
}  // namespace bryo::client
