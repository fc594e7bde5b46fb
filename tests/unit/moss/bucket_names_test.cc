#include "bucket_names.h"

#include <bryo/testing.h>
#include <gtest/gtest.h>

namespace bryo::moss {
namespace {

std::string shown(const Result<BucketName>& name) {
  if (!name) return "<" + std::string(name.error().message()) + ">";
  return name->provider + "|" + name->ns_uuid + "|" + name->ns_name + "|" + name->name;
}

TEST(BucketNames, OfTheUrl) {
  EXPECT_EQ(shown(parse_url_bucket("b", "", "")), "ais|||b");
  EXPECT_EQ(shown(parse_url_bucket("b", "s3", "")), "aws|||b");
  EXPECT_EQ(shown(parse_url_bucket("b", "ais", "@#ns")), "ais||ns|b");
  EXPECT_EQ(shown(parse_url_bucket("b", "ais", "@uuid#ns")), "ais|uuid|ns|b");
  EXPECT_EQ(shown(parse_url_bucket("b", "ais", "#ns")), "ais||ns|b");
  EXPECT_EQ(shown(parse_url_bucket("b", "ais", "@uuid")), "ais|uuid||b");
  EXPECT_EQ(shown(parse_url_bucket("b", "ais", "ns")), "ais||ns|b") << "as the node's other calls read it";
  for (const char* ns : {"@#bad!!", "@a/b#", "#a#b", "bad ns", "@12345678901234567890123456789012x"}) {
    EXPECT_EQ(shown(parse_url_bucket("b", "ais", ns)),
              "<namespace is invalid: may only contain letters, numbers, dashes (-), underscores (_), and dots (.)>")
        << ns;
  }
  EXPECT_EQ(parse_url_bucket("b", "Zzz", "").error().tcode(), "ErrInvalidBackendProvider");
  EXPECT_EQ(shown(parse_url_bucket("a b", "", "")),
            "<bucket name is invalid: may only contain letters, numbers, dashes (-), underscores (_), and dots (.)>");
}

TEST(BucketNames, OfAUname) {
  EXPECT_EQ(shown(parse_uname("ais/@#/b/")), "ais|||b");
  EXPECT_EQ(shown(parse_uname("ais/@#nsx/nb/")), "ais||nsx|nb");
  EXPECT_EQ(shown(parse_uname("gs/@u#n/b/")), "gcp|u|n|b");
  for (const char* text : {"ais/@#/b", "ais/@#", "ais", "b", "/", "//"}) {
    EXPECT_EQ(shown(parse_uname(text)), "<bucket name is missing>") << text;
  }
  EXPECT_EQ(shown(parse_uname("ais/@#//")), "<bucket name is missing>");
  EXPECT_FALSE(parse_uname("ais/@#/b/object"));
  EXPECT_FALSE(parse_uname("Zzz/@#/b/"));
}

class Resolving : public ::testing::Test {
 protected:
  std::string error_of(std::vector<BucketReference> references, BucketPtr url_bucket) const {
    BatchRequest request;
    request.buckets = std::move(references);
    for (std::uint32_t i = 0; i < request.buckets.size(); ++i) {
      request.entries.push_back({.object = objects_[i], .bucket = i});
    }
    const auto resolved = resolve_buckets(request, std::move(url_bucket), buckets_);
    return resolved ? "<none>" : resolved.error().message();
  }

  testing::MemoryBuckets buckets_;
  const std::vector<std::string> objects_ = {"o00", "o01", "o02"};
};

TEST_F(Resolving, TheFirstThatCannotBeUsedDecides) {
  const auto url = buckets_.add("url");
  buckets_.add("b");
  buckets_.add(BucketName{.name = "closed"});
  buckets_.deny(BucketName{.name = "closed"});
  const BucketReference none, b{.bucket = "b"}, nope{.bucket = "nope"}, closed{.bucket = "closed"};
  EXPECT_EQ(error_of({none, b}, url), "<none>");
  EXPECT_EQ(error_of({b, none, nope}, nullptr), "missing bucket specification for object \"o01\"");
  EXPECT_EQ(error_of({nope, none}, nullptr), "bucket \"ais://nope\" does not exist");
  EXPECT_EQ(error_of({b, closed, nope}, url), "bucket ais://closed: GET access denied");
  EXPECT_EQ(error_of({{.uname = "ais/@#/b"}}, url), "bucket name is missing");
}

TEST_F(Resolving, AnEntrysBucketHasNoNamespace) {
  const auto url = buckets_.add(BucketName{.ns_name = "ns", .name = "nb"});
  EXPECT_EQ(error_of({{}}, url), "<none>");
  EXPECT_EQ(error_of({{.bucket = "nb"}}, url), "bucket \"ais://nb\" does not exist");
  EXPECT_EQ(error_of({{.bucket = "nope", .uname = "ais/@#ns/nb/"}}, url), "<none>");
}

}  // namespace
}  // namespace bryo::moss
