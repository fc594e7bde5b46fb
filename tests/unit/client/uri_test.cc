#include <bryo/client/uri.h>
#include <gtest/gtest.h>

#include <array>

namespace bryo::client {
namespace {

TEST(Uri, ReadsBucketsAndObjects) {
  struct Case {
    const char* text;
    BucketName bucket;
    const char* object;
  };
  for (const Case& c : std::to_array<Case>({
           {"b", {.name = "b"}, ""},
           {"b/", {.name = "b"}, ""},
           {"ais://b", {.name = "b"}, ""},
           {"ais://b/o", {.name = "b"}, "o"},
           {"b/a/c.tar/x.jpg", {.name = "b"}, "a/c.tar/x.jpg"},
           {"s3://b/o", {.provider = "aws", .name = "b"}, "o"},
           {"gcp://b/p/", {.provider = "gcp", .name = "b"}, "p/"},
           {"ais://#ns/b/o", {.ns_name = "ns", .name = "b"}, "o"},
           {"ais://@remote/b", {.ns_uuid = "remote", .name = "b"}, ""},
           {"ais://@uuid#ns/b/o", {.ns_uuid = "uuid", .ns_name = "ns", .name = "b"}, "o"},
           {"b/ü #?%", {.name = "b"}, "ü #?%"},
           {"b//x", {.name = "b"}, "/x"},
       })) {
    const auto uri = parse_uri(c.text);
    ASSERT_TRUE(uri) << c.text << ": " << uri.error().message();
    EXPECT_EQ(uri->bucket, c.bucket) << c.text;
    EXPECT_EQ(uri->object, c.object) << c.text;
  }
}

TEST(Uri, RefusesWhatNamesNoBucket) {
  for (const char* text :
       {"", "/", "ais://", "://b", "Xyz://b", "x://b", "http://b", "ais://#ns", "ais:///o", "b!/o", "a..b/o"}) {
    EXPECT_FALSE(parse_uri(text)) << text;
  }
  EXPECT_EQ(
      parse_uri("ais://").error().message(),
      "\"ais://\" is not an object or bucket: no bucket name (expected provider://bucket/object or bucket/object)");
}

TEST(ShardPath, SplitsAtTheFirstExtensionInOrder) {
  struct Case {
    const char* name;
    const char* object;
    const char* archpath;
  };
  for (const Case& c : std::to_array<Case>({
           {"s.tar/m", "s.tar", "m"},
           {"d/s.tgz/a/b", "d/s.tgz", "a/b"},
           {"s.tar.gz/m", "s.tar.gz", "m"},
           {"s.zip/m", "s.zip", "m"},
           {"s.tar.lz4/m", "s.tar.lz4", "m"},
           {"s.zip/t.tar/m", "s.zip/t.tar", "m"},  // .tar/ is tried before .zip/
           {"a.tar/b.tar/c", "a.tar", "b.tar/c"},
           {"s.tar", "s.tar", ""},
           {"s.tar/", "s.tar/", ""},
           {"s.TAR/m", "s.TAR/m", ""},
           {"plain/name", "plain/name", ""},
           {"", "", ""},
       })) {
    const auto path = split_shard_path(c.name);
    EXPECT_EQ(path.object, c.object) << c.name;
    EXPECT_EQ(path.archpath, c.archpath) << c.name;
  }
}

TEST(Encode, LeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(encode_path("a/b-._~Z9"), "a/b-._~Z9");
  EXPECT_EQ(encode_path("sp ace/ü%+#?&="), "sp%20ace/%C3%BC%25%2B%23%3F%26%3D");
  EXPECT_EQ(encode_query("@#ns/x"), "%40%23ns%2Fx");
  EXPECT_EQ(encode_path(std::string_view("\0\xff", 2)), "%00%FF");
}

}  // namespace
}  // namespace bryo::client
