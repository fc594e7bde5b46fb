#include <gtest/gtest.h>

#include <kernel/object/object_headers.h>

namespace bryo::kernel {
namespace {

ObjectAttributes attributes_of(const char* type, const char* value) {
  ObjectAttributes attributes;
  attributes.checksum_type = type;
  attributes.checksum_value = value;
  attributes.mtime_ns = 36;
  return attributes;
}

TEST(ObjectHeaders, WhatIsNotKnownIsNotSaid) {
  Headers headers;
  add_object_headers(headers, {.attributes = attributes_of("xxhash2", "")});
  EXPECT_TRUE(headers.fields().empty());
}

TEST(ObjectHeaders, WhatIsKnown) {
  auto attributes = attributes_of("xxhash2", "ab");
  attributes.version = "3";
  attributes.custom = {{"k", "v=w"}, {"k2", ""}};
  Headers headers;
  add_object_headers(headers, {.attributes = attributes, .atime_ns = 17});
  EXPECT_EQ(headers.fields(), (std::vector<Headers::Field>{{"Ais-Atime", "17"},
                                                           {"Ais-Checksum-Type", "xxhash2"},
                                                           {"Ais-Checksum-Value", "ab"},
                                                           {"Ais-Custom-Md", "k=v=w"},
                                                           {"Ais-Custom-Md", "k2="},
                                                           {"Ais-Version", "3"}}));
}

TEST(EntityTag, IsTheBackendsOwnOrThatOfTheChecksum) {
  EXPECT_EQ(entity_tag(attributes_of("", "")), "");
  EXPECT_EQ(entity_tag(attributes_of("md5", "abc")), "\"abc\"");
  EXPECT_EQ(entity_tag(attributes_of("xxhash2", "abc")), "\"v1-abc-10\"");
  auto cached = attributes_of("md5", "abc");
  cached.custom = {{"source", "aws"}, {"etag", "x-2"}};
  EXPECT_EQ(entity_tag(cached), "\"x-2\"");
  cached.custom[1].second = "\"x-2\"";
  EXPECT_EQ(entity_tag(cached), "\"x-2\"");
  EXPECT_EQ(backend_entity_tag(attributes_of("md5", "abc")), "");
}

// Two versions of equal content are not the same entity where the tag must tell them apart.
TEST(EntityTag, TellsVersionsApart) {
  auto later = attributes_of("xxhash2", "abc");
  later.mtime_ns += 1;
  EXPECT_NE(entity_tag(later), entity_tag(attributes_of("xxhash2", "abc")));
}

}  // namespace
}  // namespace bryo::kernel
