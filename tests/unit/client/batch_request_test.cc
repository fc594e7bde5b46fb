#include <bryo/client/batch_request.h>
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

namespace bryo::client {
namespace {

using nlohmann::json;

BucketName bucket(std::string name) { return {.name = std::move(name)}; }

TEST(BatchRequest, TargetNamesTheDefaultBucket) {
  EXPECT_EQ(batch_target({}), "/v1/ml/moss");
  EXPECT_EQ(batch_target({.colocation = 1}), "/v1/ml/moss?coloc=1");
  EXPECT_EQ(batch_target({.bucket = bucket("b")}), "/v1/ml/moss/b?provider=ais");
  EXPECT_EQ(batch_target({.bucket = BucketName{"aws", "u", "n", "b"}, .colocation = 2}),
            "/v1/ml/moss/b?provider=aws&namespace=%40u%23n&coloc=2");
}

TEST(BatchRequest, BodyCarriesEveryField) {
  BatchRequest request{.bucket = bucket("b"),
                       .entries = {{.object = "o"},
                                   {.object = "s.tar",
                                    .bucket = BucketName{"aws", "", "", "c"},
                                    .archpath = "m",
                                    .opaque = "\xfb\xff\x01x",
                                    .range = {5, -1}},
                                   {.object = "p", .bucket = BucketName{"ais", "", "ns", "n"}, .range = {0, 7}}},
                       .format = ArchiveFormat::TarLz4,
                       .continue_on_error = true,
                       .only_object_name = true,
                       .streaming = false,
                       .colocation = 1};
  const auto body = batch_body(request);
  ASSERT_TRUE(body) << body.error().message();
  EXPECT_EQ(json::parse(*body), json::parse(R"({"in":[{"objname":"o"},
              {"objname":"s.tar","bucket":"c","provider":"aws","archpath":"m","opaque":"+/8BeA==","start":5,"length":-1},
              {"objname":"p","uname":"ais/@#ns/n/","length":7}],
              "mime":".tar.lz4","coer":true,"onob":true,"strm":false,"coloc":1})"));
}

TEST(BatchRequest, RefusesWhatTheServerWouldRefuse) {
  struct Case {
    BatchRequest request;
    const char* sentence;
  };
  const auto one = [](BatchEntry entry) { return BatchRequest{.bucket = bucket("b"), .entries = {std::move(entry)}}; };
  for (const Case& c : std::to_array<Case>({
           {{.bucket = bucket("b")}, "the batch has no entries"},
           {{.entries = {{.object = "o"}}},
            "batch entry 0 (\"o\"): names no bucket, and the request has no default bucket"},
           {one({.object = "a/../b"}), "batch entry 0 (\"a/../b\"): invalid object name \"a/../b\": component '..'"},
           {one({.object = "o", .archpath = "./x"}), "batch entry 0 (\"o\"): invalid archpath \"./x\": component '.'"},
           {one({.object = "o", .range = {3, 0}}),
            "batch entry 0 (\"o\"): invalid range start=3 length=0 (start >= 0; length > 0, or -1 = to the end)"},
           {one({.object = "o", .range = {-1, 2}}),
            "batch entry 0 (\"o\"): invalid range start=-1 length=2 (start >= 0; length > 0, or -1 = to the end)"},
           {one({.object = "\xff"}), "a name in the batch is not UTF-8"},
       })) {
    const auto body = batch_body(c.request);
    ASSERT_FALSE(body) << c.sentence;
    EXPECT_EQ(body.error().message(), c.sentence);
    EXPECT_EQ(body.error().code(), Errc::InvalidArgument);
  }
  EXPECT_TRUE(batch_body(one({.object = "o", .archpath = "/abs"})));
}

TEST(MemberName, FollowsTheFlags) {
  struct Case {
    bool only_object_name;
    BatchEntry entry;
    const char* expected;
  };
  for (const Case& c : std::to_array<Case>({
           {false, {.object = "o"}, "b/o"},
           {true, {.object = "o"}, "o"},
           {false, {.object = "s.tar", .archpath = "m/1"}, "b/s.tar/m/1"},
           {false, {.object = "s.tar", .archpath = "/abs"}, "b/s.tar/abs"},
           {true, {.object = "s.tar", .archpath = "m"}, "s.tar/m"},
           {false, {.object = "o", .bucket = BucketName{"aws", "", "x", "c"}}, "c/o"},
       })) {
    const BatchRequest request{.bucket = bucket("b"), .only_object_name = c.only_object_name};
    EXPECT_EQ(member_name(request, c.entry), c.expected);
  }
}

TEST(ArchiveFormat, ReadsEverySpelling) {
  for (const char* text : {".tar", "tar", "TAR", "application/x-tar"}) {
    EXPECT_EQ(*parse_format(text), ArchiveFormat::Tar) << text;
  }
  EXPECT_EQ(*parse_format("tar.gz"), ArchiveFormat::TarGz);
  EXPECT_EQ(*parse_format("application/gzip"), ArchiveFormat::Tgz);
  EXPECT_EQ(parse_format("rar").error().message(),
            "unknown archive format \"rar\": one of .tar .tgz .tar.gz .zip .tar.lz4");
  EXPECT_EQ(format_of_name("/x/Out.TGZ"), ArchiveFormat::Tgz);
  EXPECT_EQ(format_of_name("out.tar.lz4"), ArchiveFormat::TarLz4);
  EXPECT_EQ(format_of_name("tar"), std::nullopt);
  EXPECT_EQ(format_of_name(""), std::nullopt);
}

}  // namespace
}  // namespace bryo::client
