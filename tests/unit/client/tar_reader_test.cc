#include <bryo/client/tar_reader.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "piecewise_input.h"
#include "tar_fixture.h"

namespace bryo::client {
namespace {

struct Member {
  std::string name;
  std::string content;
  friend bool operator==(const Member&, const Member&) = default;
};

/// Everything in an archive that comes in pieces of `piece` bytes.
Result<std::vector<Member>> read_tar(std::string_view bytes, std::size_t piece) {
  PiecewiseInput input(bytes, piece);
  TarReader tar(input);
  std::vector<Member> members;
  while (true) {
    BRYO_TRY(member, tar.next());
    if (!member) return members;
    std::string content;
    std::array<std::byte, 100> buffer;
    while (true) {
      BRYO_TRY(n, tar.read(buffer));
      if (n == 0) break;
      content += text_of(std::span(buffer).first(n));
    }
    EXPECT_EQ(content.size(), member->size);
    members.push_back({member->name, content});
  }
}

TEST(TarReader, ReadsEveryKindOfHeaderInEveryPieceSize) {
  const std::string long_name(300, 'n');
  const std::string utf8 = "b/\xc3\xbc.txt";
  const auto archive = tar_file("b/o1", "hello") + tar_file("b/empty", "") + tar_header("folder/", 0, '5') +
                       tar_header("link", 0, '2') + tar_header("name", 3, '0', "pre/fix") + padded("abc") +
                       tar_pax(pax_record("path", long_name)) + tar_file("short", std::string(1500, 'x')) +
                       tar_pax(pax_record("mtime", "1.5") + pax_record("path", utf8)) + tar_file("b/.txt", "u") +
                       tar_header("././@LongLink", long_name.size() + 1, 'L') + padded(long_name + '\0') +
                       tar_file("cut", "gnu") + tar_header("global", 12, 'g') + padded("12 a=bcdefg\n") +
                       tar_file("same", "1") + tar_file("same", "2") + tar_end();
  const std::vector<Member> expected{
      {"b/o1", "hello"}, {"b/empty", ""},    {"pre/fix/name", "abc"}, {long_name, std::string(1500, 'x')},
      {utf8, "u"},       {long_name, "gnu"}, {"same", "1"},           {"same", "2"}};
  for (const std::size_t piece : {1UL, 7UL, 511UL, 512UL, 513UL, 1UL << 20}) {
    const auto members = read_tar(archive, piece);
    ASSERT_TRUE(members) << members.error().message();
    EXPECT_EQ(*members, expected) << "pieces of " << piece;
  }
}

TEST(TarReader, SizeOfPaxAndBase256) {
  auto big = tar_header("big", 0);
  big.replace(124, 12, std::string_view("\x80\0\0\0\0\0\0\0\0\0\0\x05", 12));
  big.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : big) sum += static_cast<unsigned char>(c);
  char text[8];
  std::snprintf(text, sizeof text, "%06o", sum);
  big.replace(148, 7, std::string(text, 7));
  const auto archive =
      big + padded("12345") + tar_pax(pax_record("size", "3")) + tar_header("p", 0) + padded("abc") + tar_end();
  const auto members = read_tar(archive, 1024);
  ASSERT_TRUE(members) << members.error().message();
  EXPECT_EQ(*members, (std::vector<Member>{{"big", "12345"}, {"p", "abc"}}));
}

TEST(TarReader, UnreadContentIsSkipped) {
  PiecewiseInput input(tar_file("a", std::string(2000, 'a')) + tar_file("b", "bb") + tar_end() + "trailing", 100);
  TarReader tar(input);
  EXPECT_EQ((*tar.next())->name, "a");
  EXPECT_EQ((*tar.next())->name, "b");
  EXPECT_FALSE((*tar.next()).has_value());
  EXPECT_FALSE((*tar.next()).has_value()) << "the end stays the end";
  EXPECT_TRUE(tar.drain());
}

TEST(TarReader, TruncatedAtEveryByteIsAnError) {
  const auto archive = tar_pax(pax_record("path", std::string(200, 'p'))) + tar_file("a", "content") +
                       tar_file("b", std::string(600, 'b')) + tar_end();
  // One end block is enough: the second says nothing new.
  const auto complete = archive.size() - 512;
  for (std::size_t size = 0; size < complete; ++size) {
    const auto members = read_tar(std::string_view(archive).substr(0, size), 4096);
    ASSERT_FALSE(members) << "cut to " << size << " of " << archive.size() << " bytes";
    EXPECT_EQ(members.error().code(), Errc::InvalidArgument);
    EXPECT_TRUE(members.error().message().starts_with("damaged TAR at byte ")) << members.error().message();
  }
  EXPECT_TRUE(read_tar(std::string_view(archive).substr(0, complete), 4096));
}

TEST(TarReader, AnyByteChangedNeverHarms) {
  const auto archive = tar_pax(pax_record("path", "p") + pax_record("size", "7")) + tar_file("a", "content") +
                       tar_header("././@LongLink", 5, 'L') + padded("name") + tar_file("b", "b") + tar_end();
  std::mt19937 random(7);
  for (std::size_t at = 0; at < archive.size(); ++at) {
    auto damaged = archive;
    damaged[at] = static_cast<char>(random());
    const auto members = read_tar(damaged, 700);
    EXPECT_TRUE(!members || members->size() <= 4U);
  }
}

TEST(TarReader, RefusesHostileHeaders) {
  struct Case {
    std::string archive;
    const char* what;
  };
  auto negative = tar_header("x", 0);
  negative.replace(124, 12, std::string(12, '\xff'));
  const auto pax = [](std::string_view records) { return tar_pax(records) + tar_file("a", "") + tar_end(); };
  for (const Case& c : std::to_array<Case>({
           {std::string(512, 'x'), "wrong checksum"},
           {negative, "wrong checksum"},
           {tar_header("././@LongLink", std::size_t{2} << 20, 'L'), "an extended header of 2097152 bytes"},
           {tar_header("x", std::size_t{1} << 33, 'x'), "impossible size|an extended header of"},
           {pax("99 path=x\n"), "a malformed extended header"},
           {pax("path=x\n"), "a malformed extended header"},
           {pax("8 path=x"), "a malformed extended header"},
           {pax("0 path=x\n"), "a malformed extended header"},
           {pax("7 path\n"), "a malformed extended header"},
           {pax(pax_record("size", "-1")), "impossible size"},
           {pax(pax_record("size", "99999999999999999999")), "impossible size"},
           {pax(pax_record("size", "12x")), "impossible size"},
       })) {
    const auto members = read_tar(c.archive, 4096);
    ASSERT_FALSE(members) << c.what;
    const std::string what(c.what);
    const auto either = what.find('|');
    const std::string message = members.error().message();
    EXPECT_TRUE(message.find(what.substr(0, either)) != std::string::npos ||
                (either != std::string::npos && message.find(what.substr(either + 1)) != std::string::npos))
        << message;
  }
}

}  // namespace
}  // namespace bryo::client
