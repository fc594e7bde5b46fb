#include <gtest/gtest.h>

#include <kernel/meta/meta_document.h>

#include <xxhash.h>

#include <cstdio>

namespace bryo::kernel {
namespace {

MetaDocument sample() {
  MetaDocument document;
  document.revision = 9;
  document.entries["bucket/ais/a"] = {"{\"n\":1}", 3};
  document.entries["bucket/ais/b"] = {std::string("any\0bytes\n1 2 3\n", 16), 9};
  document.entries[""] = {"", 1};
  return document;
}

TEST(MetaDocument, ComesBackAsItWas) {
  for (const MetaDocument& document : {MetaDocument{}, sample()}) {
    const auto decoded = decode_meta_document(encode_meta_document(document));
    ASSERT_TRUE(decoded) << decoded.error().message();
    EXPECT_EQ(*decoded, document);
  }
}

TEST(MetaDocument, EveryCutAndEveryFlippedByteIsNoticed) {
  const std::string text = encode_meta_document(sample());
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(decode_meta_document(text.substr(0, size))) << size;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string flipped = text;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    EXPECT_FALSE(decode_meta_document(flipped)) << i;
  }
  EXPECT_FALSE(decode_meta_document(text + "x"));
}

TEST(MetaDocument, LengthsThatDoNotFitAreRefusedAlsoUnderAGoodChecksum) {
  const auto seal = [](std::string_view body) {
    char sum[17];
    std::snprintf(sum, sizeof sum, "%016llx", static_cast<unsigned long long>(XXH64(body.data(), body.size(), 0)));
    return "bryo-meta 1 " + std::string(sum) + "\n" + std::string(body);
  };
  EXPECT_TRUE(decode_meta_document(seal("revision 1 entries 1\n1 1 1\na\nb\n")));
  for (const char* body :
       {"revision 1 entries 5\n", "revision 1 entries 1\n1 99999999999999999999 1\n",
        "revision 1 entries 1\n1 18446744073709551615 1\na\nb\n", "revision 1 entries 1\n1 1 9\na\nb\n",
        "revision 1 entries 0\nmore", "entries 0\n", "revision x entries 0\n", ""}) {
    EXPECT_FALSE(decode_meta_document(seal(body))) << body;
  }
}

TEST(MetaDocument, ANewerFormatIsNamed) {
  const auto decoded = decode_meta_document("bryo-meta 2 0123456789abcdef\nwhatever");
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code(), Errc::Unsupported);
  EXPECT_EQ(decoded.error().message(),
            "written in format 2 by a newer version of Bryo: run that version, or restore a backup");
}

}  // namespace
}  // namespace bryo::kernel
