#include <gtest/gtest.h>

#include <kernel/store/checksum.h>
#include <kernel/store/crc32c.h>

#include <random>

namespace bryo::kernel {
namespace {

// The values are recorded ones: data-protection.md section 2 and http-objects.md section 2.
TEST(Checksum, ValuesOfTheWire) {
  struct Case {
    const char* type;
    const char* content;
    const char* value;
  };
  for (const Case& c : std::to_array<Case>({
           {"xxhash", "hello", "26c7827d889f6da3"},
           {"xxhash2", "hello", "26c7827d889f6da3"},
           {"crc32c", "hello", "9a71bb4c"},
           {"md5", "hello", "5d41402abc4b2a76b9719d911017c592"},
           {"sha256", "hello", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"},
           {"sha512", "hello",
            "9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca72323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c"
            "2e5c"
            "3adef46f73bcdec043"},
           {"xxhash2", "hello world\n", "5215e13b207d6d8c"},
           {"xxhash2", "", "ef46db3751d8e999"},
           {"crc32c", "", "00000000"},
           {"none", "hello", ""},
       })) {
    const auto type = parse_checksum_type(c.type);
    ASSERT_TRUE(type);
    EXPECT_EQ(to_string(*type), c.type);
    EXPECT_EQ(checksum_of(*type, as_bytes(c.content)), c.value) << c.type;
  }
}

TEST(Checksum, PiecesMakeTheSameValue) {
  std::string content(100'000, '\0');
  std::mt19937 random(1);
  for (char& c : content) c = static_cast<char>(random());
  for (const auto type :
       {ChecksumType::Xxhash2, ChecksumType::Md5, ChecksumType::Crc32c, ChecksumType::Sha256, ChecksumType::Sha512}) {
    Checksum pieces(type);
    std::string_view rest = content;
    while (!rest.empty()) {
      const std::string_view piece = rest.substr(0, 1 + random() % 5000);
      pieces.update(as_bytes(piece));
      rest.remove_prefix(piece.size());
    }
    EXPECT_EQ(pieces.finish(), checksum_of(type, as_bytes(content))) << to_string(type);
  }
}

TEST(Checksum, AnUnknownTypeIsNamed) {
  const auto type = parse_checksum_type("sha3");
  ASSERT_FALSE(type);
  EXPECT_EQ(type.error().code(), Errc::InvalidArgument);
  EXPECT_EQ(type.error().message(),
            "invalid checksum type \"sha3\": must be one of [none, xxhash, xxhash2, md5, crc32c, sha256, sha512]");
  EXPECT_EQ(*parse_checksum_type(""), ChecksumType::None);
}

TEST(Crc32c, TheTableAndTheInstructionAgree) {
  std::mt19937 random(2);
  for (std::size_t size = 0; size < 70; ++size) {
    std::string content(size, '\0');
    for (char& c : content) c = static_cast<char>(random());
    for (const std::uint32_t start : {0u, 0x12345678u}) {
      EXPECT_EQ(extend_crc32c(start, as_bytes(content)), extend_crc32c_portable(start, as_bytes(content))) << size;
    }
  }
  // RFC 3720, appendix B.4: 32 bytes of zeros.
  EXPECT_EQ(extend_crc32c(0, as_bytes(std::string(32, '\0'))), 0x8a9136aau);
}

}  // namespace
}  // namespace bryo::kernel
