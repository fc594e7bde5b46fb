#include <gtest/gtest.h>

#include <kernel/store/leaf_record.h>
#include <kernel/store/object_record.h>

#include <random>

namespace bryo::kernel {
namespace {

void expect_equal(const ObjectAttributes& a, const ObjectAttributes& b) {
  EXPECT_EQ(a.size, b.size);
  EXPECT_EQ(a.checksum_type, b.checksum_type);
  EXPECT_EQ(a.checksum_value, b.checksum_value);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.mtime_ns, b.mtime_ns);
  EXPECT_EQ(a.custom, b.custom);
}

ObjectAttributes usual() {
  ObjectAttributes attributes;
  attributes.size = 16'384;
  attributes.checksum_type = "xxhash2";
  attributes.checksum_value = "26c7827d889f6da3";
  attributes.version = "1";
  attributes.mtime_ns = 1'795'228'391'600'842'973;
  return attributes;
}

// ext4 keeps up to 68 bytes of one attribute `user.bryo` in a 256-byte inode; more costs a block for each object.
TEST(ObjectRecord, AnOrdinaryObjectFitsIntoTheInode) {
  ObjectAttributes attributes = usual();
  attributes.size = 9'999'999'999;
  attributes.version = "999";
  EXPECT_LE(encode_object_record(attributes).size(), 68u) << encode_object_record(attributes);
}

TEST(ObjectRecord, IsReadableText) {
  ObjectAttributes attributes = usual();
  attributes.custom = {{"ETag", "\"a b\""}, {"source", "s3://x/y=z"}};
  const std::string record = encode_object_record(attributes);
  EXPECT_EQ(record.substr(record.find(' ', 2) + 1),
            "16384 xxhash2:26c7827d889f6da3 1 dn0jcprbnd25 ETag=\"a%20b\" source=s3://x/y%3Dz");
}

TEST(ObjectRecord, ComesBackAsItWas) {
  std::vector<ObjectAttributes> cases(5, usual());
  cases[1] = ObjectAttributes{};
  cases[2].version = "-";
  cases[2].custom = {{"", ""}, {"=", "%"}, {"k\n\x01", std::string("\0 \xff", 3)}, {"k", "-"}};
  cases[3].size = ~std::uint64_t{0};
  cases[3].mtime_ns = -5;
  cases[4].version = "v 1=2%";
  for (const ObjectAttributes& attributes : cases) {
    const auto decoded = decode_object_record(encode_object_record(attributes));
    ASSERT_TRUE(decoded) << decoded.error().message();
    expect_equal(*decoded, attributes);
  }
}

TEST(ObjectRecord, EveryCutAndEveryFlippedByteIsNoticed) {
  ObjectAttributes attributes = usual();
  attributes.custom = {{"k", "v"}};
  const std::string record = encode_object_record(attributes);
  for (std::size_t size = 0; size < record.size(); ++size) {
    EXPECT_FALSE(decode_object_record(record.substr(0, size))) << size;
  }
  for (std::size_t i = 0; i < record.size(); ++i) {
    for (const int flip : {1, 0x10, 0x80}) {
      std::string flipped = record;
      flipped[i] = static_cast<char>(flipped[i] ^ flip);
      EXPECT_FALSE(decode_object_record(flipped)) << i;
    }
  }
  const auto decoded = decode_object_record(record + "x");
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code(), Errc::Io);
  EXPECT_EQ(decoded.error().message(), "damaged metadata (attribute user.bryo): its checksum does not match");
}

TEST(ObjectRecord, ANewerFormatIsNamed) {
  EXPECT_EQ(decode_object_record("2 anything").error().message(),
            "metadata (attribute user.bryo) of format 2, which only a newer Bryo can read");
}

TEST(LeafRecord, ComesBackAsItWas) {
  for (const LeafRecord& record : {LeafRecord{}, LeafRecord{.lower = "a b  c", .filling = true, .source = 0xabc},
                                   LeafRecord{.lower = std::string("\0\n \xff", 4), .filling = false, .source = 1},
                                   LeafRecord{.lower = std::string(2048, ' '), .filling = true, .source = ~0u}}) {
    const auto decoded = decode_leaf_record(encode_leaf_record(record));
    ASSERT_TRUE(decoded) << decoded.error().message();
    EXPECT_EQ(*decoded, record);
  }
}

TEST(LeafRecord, EveryCutAndEveryFlippedByteIsNoticed) {
  const std::string text = encode_leaf_record({.lower = "shard-17", .filling = true, .source = 3});
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(decode_leaf_record(text.substr(0, size))) << size;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string flipped = text;
    flipped[i] = static_cast<char>(flipped[i] ^ 2);
    EXPECT_FALSE(decode_leaf_record(flipped)) << i;
  }
}

TEST(Separator, IsTheShortestNameBetween) {
  EXPECT_EQ(separator("shard-0099", "shard-0100"), "shard-01");
  EXPECT_EQ(separator("a", "ab"), "ab");
  EXPECT_EQ(separator("", "xyz"), "x");
  std::mt19937 random(4);
  for (int i = 0; i < 10'000; ++i) {
    std::string a(random() % 6, '\0');
    std::string b(random() % 6, '\0');
    for (char& c : a) c = "ab\xff"[random() % 3];
    for (char& c : b) c = "ab\xff"[random() % 3];
    if (a == b) continue;
    const std::string_view below = std::min(a, b);
    const std::string_view above = std::max(a, b);
    const std::string_view between = separator(below, above);
    ASSERT_LT(below, between);
    ASSERT_LE(between, above);
  }
}

}  // namespace
}  // namespace bryo::kernel
