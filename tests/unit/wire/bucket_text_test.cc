#include <kernel/wire/bucket_text.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bryo::kernel {
namespace {

Query query_of(std::initializer_list<std::pair<std::string, std::string>> items) {
  Query query;
  for (const auto& [key, value] : items) query.add(key, value);
  return query;
}

TEST(BucketText, ReadsNamespaces) {
  struct Case {
    const char* text;
    const char* uuid;
    const char* name;
  };
  for (const Case& c : {Case{"", "", ""}, Case{"@#", "", ""}, Case{"@#nsx", "", "nsx"}, Case{"@u1#n", "u1", "n"},
                        Case{"@u1", "u1", ""}, Case{"#n", "", "n"}}) {
    BucketName bucket;
    ASSERT_TRUE(parse_namespace(c.text, bucket)) << c.text;
    EXPECT_EQ(bucket.ns_uuid, c.uuid) << c.text;
    EXPECT_EQ(bucket.ns_name, c.name) << c.text;
  }
}

TEST(BucketText, RefusesNamespacesThatArePaths) {
  for (const char* text : {"@#a b", "@#a/b", "@a/../b#", "@#x\ny"}) {
    BucketName bucket;
    const auto status = parse_namespace(text, bucket);
    ASSERT_FALSE(status) << text;
    EXPECT_EQ(status.error().message(),
              "namespace is invalid: may only contain letters, numbers, dashes (-), underscores (_), and dots (.)");
  }
}

TEST(BucketText, UnameRoundTrips) {
  for (const BucketName& name : {BucketName{.name = "b"}, BucketName{.ns_uuid = "u", .ns_name = "n", .name = "b.c"},
                                 BucketName{.provider = "aws", .name = "s"}}) {
    const auto parsed = parse_uname(name.uname());
    ASSERT_TRUE(parsed) << name.uname();
    EXPECT_EQ(parsed->bucket, name);
    EXPECT_EQ(parsed->object, "");
    const auto object = parse_uname(name.uname() + "dir/o");
    ASSERT_TRUE(object);
    EXPECT_EQ(object->object, "dir/o");
  }
}

TEST(BucketText, RefusesBadUnames) {
  for (const char* text : {"", "ais", "ais/@#", "ais/@#/", "Zzz/@#/b/", "ais/@#/a b/", "ais/@#a b/b/"}) {
    const auto parsed = parse_uname(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().status(), 400) << text;
  }
}

TEST(BucketText, TakesProviderAndNamespaceOfTheQuery) {
  EXPECT_EQ(*bucket_of_url("b", query_of({})), (BucketName{.name = "b"}));
  EXPECT_EQ(*bucket_of_url("b", query_of({{"provider", "s3"}, {"namespace", "@#n"}})),
            (BucketName{.provider = "aws", .ns_name = "n", .name = "b"}));
}

TEST(BucketText, SaysWhatIsWrongWithAUrl) {
  struct Case {
    std::string name;
    const char* provider;
    const char* message;
  };
  for (const Case& c : {
           Case{"bad!name", "",
                "bucket name is invalid: may only contain letters, numbers, dashes (-), underscores (_), and dots (.)"},
           Case{"a..b", "",
                "bucket name is invalid: may only contain letters, numbers, dashes (-), underscores (_), and dots (.)"},
           Case{".abc", "", "reserved bucket name \".abc\" (unknown system bucket)"},
           Case{std::string(65, 'a'), "", "bucket name is too long: 65 > 64(max length)"},
           Case{"", "", "bucket name is missing"},
           Case{"b", "Bogus",
                "invalid backend provider \"Bogus\": must be one of [ais, aws (s3://), gcp (gs://), azure (az://), oci "
                "(oc://)]"},
       }) {
    const auto bucket = bucket_of_url(c.name, query_of({{"provider", c.provider}}));
    ASSERT_FALSE(bucket) << c.name;
    EXPECT_EQ(bucket.error().message(), c.message);
    EXPECT_EQ(bucket.error().status(), 400);
  }
  EXPECT_TRUE(bucket_of_url(std::string(64, 'a'), Query()));
}

TEST(BucketText, ReadsJsonInAnyCaseWithNulls) {
  struct Case {
    const char* json;
    BucketName bucket;
  };
  for (const Case& c : {
           Case{"null", {}},
           Case{"{}", {}},
           Case{R"({"name":"b"})", {.name = "b"}},
           Case{R"({"Name":"b","Provider":"s3","NAMESPACE":null})", {.provider = "aws", .name = "b"}},
           Case{R"({"name":"b","provider":"","namespace":{"uuid":"u","Name":"n"}})",
                {.ns_uuid = "u", .ns_name = "n", .name = "b"}},
       }) {
    const auto bucket = bucket_of_json(nlohmann::json::parse(c.json));
    ASSERT_TRUE(bucket) << c.json;
    EXPECT_EQ(*bucket, c.bucket) << c.json;
  }
  for (const char* json :
       {"1", "[]", R"({"name":1})", R"({"namespace":"x"})", R"({"name":"a b"})", R"({"provider":"z"})"}) {
    EXPECT_FALSE(bucket_of_json(nlohmann::json::parse(json))) << json;
  }
}

TEST(BucketText, WritesJsonLikeTheReference) {
  EXPECT_EQ(bucket_json({.ns_name = "n", .name = "b"}),
            R"({"name":"b","provider":"ais","namespace":{"uuid":"","name":"n"}})");
  EXPECT_EQ(bucket_json({}), R"({"name":"","provider":"","namespace":{"uuid":"","name":""}})");
}

}  // namespace
}  // namespace bryo::kernel
