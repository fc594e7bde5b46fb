#include <gtest/gtest.h>

#include <kernel/store/name_codec.h>

#include <random>
#include <set>

namespace bryo::kernel {
namespace {

TEST(NameCodec, PlainNamesStayReadable) {
  struct Case {
    const char* name;
    const char* file;
  };
  for (const Case& c : std::to_array<Case>({
           {"a.txt", "a.txt"},
           {"train/shard-000001.tar", "train%2Fshard-000001.tar"},
           {"100%", "100%25"},
           {".hidden", "%2Ehidden"},
           {"a/.b", "a%2F.b"},
           {"tab\there", "tab%09here"},
           {"\x7f", "%7F"},
           {"back~up", "back%7Eup"},
           {"sp ace+#?&=", "sp ace+#?&="},
           {"\xc3\xbc\xe2\x82\xac", "\xc3\xbc\xe2\x82\xac"},
       })) {
    const FileName file(c.name);
    EXPECT_EQ(file.view(), c.file);
    EXPECT_FALSE(file.hashed());
    EXPECT_FALSE(is_hashed_file_name(file.view()));
    std::string name = "before ";
    EXPECT_TRUE(decode_file_name(file.view(), name));
    EXPECT_EQ(name, std::string("before ") + c.name);
  }
}

TEST(NameCodec, LongNamesAreCutAndHashed) {
  const std::string fits(kLongestPlain, 'a');
  EXPECT_FALSE(FileName(fits).hashed());
  const std::string longer = fits + "b";
  const FileName file(longer);
  EXPECT_TRUE(file.hashed());
  EXPECT_TRUE(is_hashed_file_name(file.view()));
  EXPECT_EQ(file.view().size(), 233u);
  EXPECT_EQ(file.view().substr(0, 201), std::string(200, 'a') + "~");
  EXPECT_NE(file.view(), FileName(fits + "c").view());
  std::string name;
  EXPECT_FALSE(decode_file_name(file.view(), name));
  EXPECT_TRUE(name.empty());
  // Escapes count: 81 slashes are 243 bytes.
  EXPECT_TRUE(FileName(std::string(81, '/')).hashed());
  EXPECT_FALSE(FileName(std::string(80, '/')).hashed());
}

TEST(NameCodec, ACutNeverSplitsACharacterOrAnEscape) {
  for (const char* character : {"\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x8c\xbf", "/"}) {
    for (std::size_t shift = 0; shift < 4; ++shift) {
      std::string name(shift, 'x');
      while (name.size() < 400) name += character;
      const FileName file(name);
      const std::string_view readable = file.view().substr(0, file.view().find('~'));
      std::string decoded;
      ASSERT_TRUE(decode_file_name(readable, decoded));
      EXPECT_EQ((decoded.size() - shift) % std::string_view(character).size(), 0u) << readable;
      EXPECT_TRUE(name.starts_with(decoded));
    }
  }
}

TEST(NameCodec, RandomNamesComeBackAndStayApart) {
  std::mt19937 random(3);
  std::set<std::string> files;
  std::set<std::string> names;
  for (int i = 0; i < 20'000; ++i) {
    std::string name(1 + random() % 12, '\0');
    for (char& c : name) c = "ab/%~.\x01\xff 2F"[random() % 12];
    const FileName file(name);
    ASSERT_LE(file.view().size(), 255u);
    ASSERT_EQ(file.view().find('/'), std::string_view::npos);
    ASSERT_NE(file.view().front(), '.');
    std::string decoded;
    ASSERT_TRUE(decode_file_name(file.view(), decoded)) << name;
    ASSERT_EQ(decoded, name);
    names.insert(name);
    files.emplace(file.view());
  }
  EXPECT_EQ(names.size(), files.size());
}

TEST(NameCodec, WhatIsNoEncodedNameIsRefused) {
  for (const char* file : {"", ".", "..", ".new-1", "a%2", "a%", "a%2f", "a%GG", "a~b"}) {
    std::string out = "kept";
    EXPECT_FALSE(decode_file_name(file, out)) << file;
    EXPECT_EQ(out, "kept");
  }
}

}  // namespace
}  // namespace bryo::kernel
