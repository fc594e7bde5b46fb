#include "sdk/cli/batch_spec.h"

#include <gtest/gtest.h>

#include <array>

#include "sdk/cli/batch_entries.h"
#include "sdk/cli/command.h"

namespace bryo::cli {
namespace {

using client::ArchiveFormat;

BatchSpec good(std::string_view text) {
  auto spec = parse_batch_spec(text);
  EXPECT_TRUE(spec) << text << ": " << (spec ? "" : spec.error().message());
  return spec ? *spec : BatchSpec{};
}

TEST(BatchSpec, JsonWithTheWiresNames) {
  const auto spec = good(R"({"in":[{"objname":"a"},
      {"objname":"s.tar","bucket":"c","provider":"s3","archpath":"m","opaque":"+/8BeA==","start":1,"length":-1},
      {"objname":"u","bucket":"ignored","uname":"ais/@id#ns/b1/"}],
      "mime":".tgz","coer":true,"onob":true,"strm":true,"coloc":1})");
  ASSERT_EQ(spec.entries.size(), 3U);
  EXPECT_FALSE(spec.entries[0].bucket);
  EXPECT_EQ(*spec.entries[1].bucket, (BucketName{"aws", "", "", "c"}));
  EXPECT_EQ(spec.entries[1].archpath, "m");
  EXPECT_EQ(spec.entries[1].opaque, "\xfb\xff\x01x");
  EXPECT_EQ(spec.entries[1].range, (client::ByteRange{1, -1}));
  EXPECT_EQ(*spec.entries[2].bucket, (BucketName{"ais", "id", "ns", "b1"})) << "uname wins";
  EXPECT_EQ(spec.format, ArchiveFormat::Tgz);
  EXPECT_EQ(spec.continue_on_error, true);
  EXPECT_EQ(spec.only_object_name, true);
  EXPECT_EQ(spec.streaming, true);
  EXPECT_EQ(spec.colocation, 1);
}

TEST(BatchSpec, TheManualsNames) {
  for (
      const char* text : {
          R"({"in":[{"objname":"a"}],"output_format":".zip","streaming_get":true,"continue_on_err":true,"onlyobjname":true})",
          "in:\n  - objname: a\noutputformat: .zip\nstreamingget: true\ncontinueonerr: yes\nonlyobjname: true\n",
          "in: [{objname: a}]\nmime: zip\nstrm: true\ncoer: true\nonob: on\n",
          "In:\n- ObjName: a\nOutput-Format: application/zip\nStreaming_Get: True\nCont-On-Err: true\nomit_src_bck: "
          "true\n",
      }) {
    const auto spec = good(text);
    ASSERT_EQ(spec.entries.size(), 1U) << text;
    EXPECT_EQ(spec.entries[0].object, "a");
    EXPECT_EQ(spec.format, ArchiveFormat::Zip);
    EXPECT_EQ(spec.streaming, true);
    EXPECT_EQ(spec.continue_on_error, true);
    EXPECT_EQ(spec.only_object_name, true);
    EXPECT_FALSE(spec.colocation);
  }
}

TEST(BatchSpec, YamlNamesStayText) {
  const auto spec =
      good("in:\n  - objname: 0001\n    start: 7\n    length: 5\n  - objname: true\n  - objname: null.txt\n");
  ASSERT_EQ(spec.entries.size(), 3U);
  EXPECT_EQ(spec.entries[0].object, "0001");
  EXPECT_EQ(spec.entries[0].range, (client::ByteRange{7, 5}));
  EXPECT_EQ(spec.entries[1].object, "true");
}

TEST(BatchSpec, SaysWhatIsWrongAndWhere) {
  struct Case {
    const char* text;
    const char* message;
  };
  for (const Case& c : std::to_array<Case>({
           {"", "specification: text: empty"},
           {"just words", "specification: text: expected keys and values, with the entries under \"in\""},
           {"[1,2]", "specification: text: expected keys and values, with the entries under \"in\""},
           {R"({"in":{}})", "specification: in: expected a list of entries"},
           {R"({"in":["a"]})", "specification: in[0]: expected an object with \"objname\""},
           {R"({"in":[{"bucket":"b"}]})", "specification: in[0]: no \"objname\""},
           {R"({"in":[{"objname":5}]})", "specification: in[0].objname: expected text"},
           {R"({"in":[{"objname":"a","start":"5"}]})", "specification: in[0].start: expected a whole number"},
           {R"({"in":[{"objname":"a","start":1.5}]})", "specification: in[0].start: expected a whole number"},
           {R"({"in":[{"objname":"a","length":18446744073709551615}]})",
            "specification: in[0].length: a number over 2^63"},
           {R"({"in":[{"objname":"a","opaque":"*"}]})", "specification: in[0].opaque: not base64"},
           {R"({"in":[{"objname":"a","uname":"ais/b"}]})",
            "specification: in[0].uname: \"ais/b\" is not of the form provider/@uuid#namespace/bucket/"},
           {R"({"coer":"yes"})", "specification: coer: expected true or false"},
           {R"({"coloc":3})", "specification: coloc: expected 0, 1 or 2"},
           {R"({"mime":".rar"})", "unknown archive format \".rar\": one of .tar .tgz .tar.gz .zip .tar.lz4"},
       })) {
    const auto spec = parse_batch_spec(c.text);
    ASSERT_FALSE(spec) << c.text;
    EXPECT_EQ(spec.error().message(), c.message);
  }
}

TEST(BatchSpec, UnknownKeysNameTheNearest) {
  const auto top = parse_batch_spec(R"({"in":[],"continue_on_erro":true})");
  ASSERT_FALSE(top);
  EXPECT_NE(top.error().message().find("unknown key \"continue_on_erro\" in the specification: did you mean "
                                       "\"continue_on_err\"?"),
            std::string::npos)
      << top.error().message();
  const auto entry = parse_batch_spec("in:\n- objnam: a\n");
  ASSERT_FALSE(entry);
  EXPECT_NE(entry.error().message().find("did you mean \"objname\"?"), std::string::npos);
}

TEST(BatchSpec, DamagedTextIsAnErrorAtEveryByte) {
  const std::string json = R"({"in":[{"objname":"a","start":1,"length":2}],"mime":".tar","coer":true})";
  for (std::size_t size = 0; size < json.size(); ++size) EXPECT_FALSE(parse_batch_spec(json.substr(0, size))) << size;
  EXPECT_TRUE(parse_batch_spec("in: [" + std::string(500, '[')).has_error());
  EXPECT_TRUE(parse_batch_spec("a: &a [*a]").has_error());
  EXPECT_TRUE(parse_batch_spec("in: [[[[[1]]]]]").has_error());
  EXPECT_TRUE(parse_batch_spec("{" + std::string(std::size_t{2} << 20, ' ')).has_error());
}

TEST(BatchEntries, ListsAndTemplates) {
  const auto list = entries_of_list(" a, b ,s.tar/x/1.jpg,, c d ");
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 4U);
  EXPECT_EQ(list->at(2).object, "s.tar");
  EXPECT_EQ(list->at(2).archpath, "x/1.jpg");
  EXPECT_EQ(list->at(3).object, "c d");
  EXPECT_EQ(entries_of_list(" , ").error().tcode(), kUsage);
  const auto members = entries_of_template("s-{0..1}.tar/{1..2}.jpg");
  ASSERT_TRUE(members);
  ASSERT_EQ(members->size(), 4U);
  EXPECT_EQ(members->at(3).object, "s-1.tar");
  EXPECT_EQ(members->at(3).archpath, "2.jpg");
  EXPECT_EQ(entries_of_template("%d").error().message(), "template \"%d\" has no end: use a range as {0001..0009}");
  EXPECT_EQ(entries_of_template("plain").error().message(),
            "template \"plain\" has no range: use --prefix, or write one as {0001..0009}");
  EXPECT_EQ(entries_of_template("{0..10000000}").error().message(),
            "template \"{0..10000000}\" makes 10000001 names; at most 10000000");
  EXPECT_EQ(entries_of_name("a{1..3}")->size(), 3U);
  EXPECT_EQ(entries_of_name("a{b}")->at(0).object, "a{b}");
}

}  // namespace
}  // namespace bryo::cli
