#include "batch_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "opaque.h"

namespace bryo::moss {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A request with the padding behind it that the parser wants, full of what it must not read as JSON.
class Body {
 public:
  explicit Body(std::string text) : size_(text.size()), memory_(std::move(text) + std::string(kBodyPadding, '"')) {}
  [[nodiscard]] Result<BatchRequest> parse(std::size_t entries = 1000) const {
    return parse_batch_request(std::string_view(memory_).substr(0, size_), {.entries = entries});
  }

 private:
  std::size_t size_;
  std::string memory_;
};

std::vector<std::string> objects(const Result<BatchRequest>& request) {
  std::vector<std::string> out;
  if (!request) return {"<" + request.error().message() + ">"};
  for (const auto& entry : request->entries) out.emplace_back(entry.object);
  return out;
}

std::string error(const std::string& text, std::size_t entries = 1000) {
  const Body body(text);
  const auto parsed = body.parse(entries);
  return parsed ? "<none>" : parsed.error().message();
}

TEST(BatchRequest, EveryKey) {
  const Body body(
      R"({"in":[{"objname":"o","bucket":"b","provider":"s3","uname":"ais/@#/c/","archpath":"m/1","opaque":"AA==","start":3,"length":-1}],)"
      R"("mime":".tgz","coer":true,"onob":true,"strm":true,"coloc":2})");
  const auto parsed = body.parse();
  ASSERT_TRUE(parsed) << parsed.error().message();
  ASSERT_EQ(parsed->entries.size(), 1u);
  const auto& entry = parsed->entries[0];
  EXPECT_EQ(entry.object, "o");
  EXPECT_EQ(entry.archpath, "m/1");
  EXPECT_EQ(entry.opaque, "AA==");
  EXPECT_EQ(entry.range, (ByteRange{.start = 3, .length = -1}));
  ASSERT_EQ(parsed->buckets.size(), 1u);
  EXPECT_EQ(parsed->buckets[0], (BucketReference{.bucket = "b", .provider = "s3", .uname = "ais/@#/c/"}));
  EXPECT_EQ(parsed->mime, ".tgz");
  EXPECT_TRUE(parsed->continue_on_error && parsed->only_object_name && parsed->streaming);
  EXPECT_FALSE(parsed->wrong_flag);
}

TEST(BatchRequest, Defaults) {
  const Body body(R"({"in":[{"objname":"o"}]})");
  const auto parsed = body.parse();
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->mime.empty() && parsed->entries[0].archpath.empty() && parsed->buckets[0].is_default());
  EXPECT_EQ(parsed->entries[0].range, ByteRange());
  EXPECT_FALSE(parsed->continue_on_error || parsed->only_object_name || parsed->streaming);
}

TEST(BatchRequest, DecodingRules) {
  struct Case {
    const char* body;
    std::vector<std::string> objects;
  };
  for (
      const Case& c : {
          Case{R"({"IN":[{"ObjName":"a"},{"OBJNAME":"b"}],"STRM":true})", {"a", "b"}},
          Case{R"({"in":[{"objname":"a","x":{"y":[1,null,"z",-1.5e3,true]}}],"unknown":[{}],"u":null})", {"a"}},
          Case{
              R"({"in":[{"objname":"a","bucket":null,"start":null,"opaque":null}],"strm":null,"mime":null,"coer":null})",
              {"a"}},
          Case{R"({"in":[{"objname":"a"}],"in":[{"objname":"b"}]})", {"b"}},
          Case{R"({"in":[{"objname":"a","objname":"b"}]})", {"b"}},
          Case{R"({"in":[{"objname":"a"}]} trailing)", {"a"}},
          Case{R"({"in":[{"objname":"a"}]}{"in":[{"objname":"b"}]})", {"a"}},
          Case{R"({"in":[{"objname":"a"}]}]]]}}}")", {"a"}},
          Case{"{\"in\":[{\"objname\":\"a\"}]}\xff\xfe", {"a"}},
          Case{"  \r\n\t{ \"in\" : [ { \"objname\" : \"a\" } ] } \n", {"a"}},
          Case{R"({"in":[{"objname":"\u0061\/\"\\\u00e9"}]})", {"a/\"\\é"}},
          Case{R"({"in":[{"obj\u006eame":"a"}]})", {"a"}},
          Case{R"({"in":[{"objname":"дата 1"}]})", {"дата 1"}},
          Case{R"({"in":[{"objname":"in\"side"},{"objname":"}]"}]})", {"in\"side", "}]"}},
      }) {
    EXPECT_EQ(objects(Body(c.body).parse()), c.objects) << c.body;
  }
}

TEST(BatchRequest, EmptyInput) {
  for (const char* body :
       {"{}", R"({"in":[]})", R"({"in":null})", R"({"in":[{"objname":"a"}],"in":[]})", R"({"strm":true})"}) {
    EXPECT_EQ(error(body), "moss: empty input") << body;
  }
}

TEST(BatchRequest, WhatIsNoRequestIsRefused) {
  for (const std::string& body : std::to_array<std::string>({
           "",
           " ",
           "[]",
           "nonsense",
           "\"text\"",
           "17",
           "null",
           "{",
           R"({"in")",
           R"({"in":)",
           R"({"in":[)",
           R"({"in":[{"objname":"o"})",
           R"({"in":[{"objname":"o"},)",
           R"({"in":[{"objname":"o)",
           R"({"in":[{"objname":"o"}],})",
           R"({"in":[{"objname":"o"} {"objname":"p"}]})",
           R"({"in":[{"objname" "o"}]})",
           R"({"in":{"objname":"o"}})",
           R"({"in":"o"})",
           R"({"in":["o"]})",
           R"({"in":[null]})",
           R"({"in":[1]})",
           R"({"in":[[]]})",
           R"({"in":[{"objname":17}]})",
           R"({"in":[{"objname":"o","archpath":{}}]})",
           R"({"in":[{"objname":"o","bucket":[]}]})",
           R"({"in":[{"objname":"o","start":"1","length":1}]})",
           R"({"in":[{"objname":"o","start":1.5,"length":1}]})",
           R"({"in":[{"objname":"o","start":1e2,"length":1}]})",
           R"({"in":[{"objname":"o","length":99999999999999999999}]})",
           R"({"in":[{"objname":"o","length":true}]})",
           R"({"in":[{"objname":"o"}],"x":tru})",
           R"({"in":[{"objname":"o"}],"x":01})",
           R"({"in":[{"objname":"o"}],"x":[1,]})",
           "\xef\xbb\xbf{\"in\":[{\"objname\":\"o\"}]}",
           "{\"in\":[{\"objname\":\"\xff\xfe\"}]}",
           "{\"in\":[{\"objname\":\"a\nb\"}]}",
           R"({"in":[{"objname":"\x"}]})",
           R"({"in":[{"objname":"\ud800"}]})",
           R"({"in":[{"objname":"o"}],"x":)" + std::string(100'000, '['),
           R"({"in":[{"objname":"o"}],"x":)" + std::string(1000, '[') + std::string(1000, ']') + "}",
           R"({"in":)" + std::string(100'000, '['),
           std::string(100'000, '{'),
       })) {
    const Body text(body);
    const auto parsed = text.parse();
    ASSERT_FALSE(parsed) << body.substr(0, 100);
    EXPECT_EQ(parsed.error().status(), 400);
  }
}

TEST(BatchRequest, ErrorsNameTheEntryAndTheKey) {
  EXPECT_THAT(error(R"({"in":[{"objname":"o"},{"objname":17}]})"),
              HasSubstr("\"objname\" of entry 1 of \"in\" must be a string"));
  EXPECT_THAT(error(R"({"in":[{"objname":"o","start":"1"}]})"),
              HasSubstr("\"start\" of entry 0 of \"in\" must be an integer"));
  EXPECT_THAT(error(R"({"in":[{"objname":"o","opaque":"***"}]})"),
              HasSubstr("\"opaque\" of entry 0 of \"in\" must be base64"));
  EXPECT_THAT(error(R"({"in":[1]})"), HasSubstr("entry 0 of \"in\" must be an object"));
  EXPECT_THAT(error(R"({"in":17})"), HasSubstr("\"in\" must be an array"));
}

TEST(BatchRequest, Names) {
  for (const char* name :
       {"", "dir/", "/", "..", ".", "a/../b", "../b", "a/..", "a/./b", "./a", "~/a", "a\\u0000", "\\u0000"}) {
    const std::string text = R"({"in":[{"objname":")" + std::string(name) + R"("}]})";
    EXPECT_THAT(error(text), HasSubstr("invalid object name")) << name;
    if (*name == '\0') continue;
    EXPECT_THAT(error(R"({"in":[{"objname":"o","archpath":")" + std::string(name) + R"("}]})"),
                HasSubstr("invalid archpath"))
        << name;
  }
  for (const char* name :
       {"...", "a..b", ".hidden", "a/.hidden", "a/...", "~", "a/~/b", "..a", "/abs", "a//b", "a b'\\\"<>&"}) {
    EXPECT_EQ(error(R"({"in":[{"objname":")" + std::string(name) + R"("}]})"), "<none>") << name;
  }
  EXPECT_EQ(error(R"({"in":[{"objname":")" + std::string(2048, 'n') + R"("}]})"), "<none>");
  EXPECT_LT(error(R"({"in":[{"objname":")" + std::string(5000, 'n') + R"("}]})").size(), 300u);
}

TEST(BatchRequest, Ranges) {
  const auto with = [](const char* range) { return error(R"({"in":[{"objname":"o",)" + std::string(range) + "}]}"); };
  for (const char* range : {R"("start":-1,"length":5)", R"("length":-2)", R"("start":5)", R"("start":5,"length":0)",
                            R"("start":-9223372036854775808,"length":1)"}) {
    EXPECT_THAT(with(range), HasSubstr("invalid range")) << range;
  }
  for (const char* range : {R"("start":0,"length":0)", R"("start":5,"length":-1)", R"("length":-1)", R"("length":7)",
                            R"("start":9223372036854775807,"length":9223372036854775807)"}) {
    EXPECT_EQ(with(range), "<none>") << range;
  }
}

TEST(BatchRequest, WrongFlagsWaitForTheBuckets) {
  for (const char* flag : {R"("strm":"yes")", R"("coer":1)", R"("onob":[true])", R"("mime":7)", R"("mime":{"a":[]})",
                           R"("coloc":256)", R"("coloc":-1)", R"("coloc":"x")"}) {
    const Body body(R"({"in":[{"objname":"o"}],)" + std::string(flag) + "}");
    const auto parsed = body.parse();
    ASSERT_TRUE(parsed) << flag << parsed.error().message();
    ASSERT_TRUE(parsed->wrong_flag) << flag;
    EXPECT_THAT(parsed->wrong_flag->message(), HasSubstr("failed to unmarshal"));
  }
  EXPECT_FALSE(Body(R"({"in":[{"objname":"o"}],"coloc":255})").parse()->wrong_flag);
}

TEST(BatchRequest, BucketsAreCountedOnce) {
  const Body body(
      R"({"in":[{"objname":"1","bucket":"a"},{"objname":"2"},{"objname":"3","bucket":"a"},{"objname":"4","bucket":"a","provider":"gs"},{"objname":"5"},)"
      R"({"objname":"6","uname":"ais/@#/a/"},{"objname":"7","bucket":"a"}]})");
  const auto parsed = body.parse();
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->buckets.size(), 4u);
  std::vector<std::uint32_t> numbers;
  for (const auto& entry : parsed->entries) numbers.push_back(entry.bucket);
  EXPECT_THAT(numbers, ElementsAre(0, 1, 0, 2, 1, 3, 0));
}

TEST(BatchRequest, TooManyEntries) {
  std::string text = R"({"in":[)";
  for (int i = 0; i < 11; ++i) text += std::string(i == 0 ? "" : ",") + R"({"objname":"o"})";
  const Body body(text + "]}");
  EXPECT_TRUE(body.parse(11));
  const auto refused = body.parse(10);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status(), 413);
  EXPECT_THAT(refused.error().message(), HasSubstr("10 entries"));
}

TEST(BatchRequest, CutAnywhereItIsRefused) {
  const std::string whole =
      R"({"mime":".tar","in":[{"objname":"o\u00e9","bucket":"b","start":1,"length":22,"opaque":"AA=="},{"archpath":"m","objname":"p"}],"strm":true})";
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(Body(whole.substr(0, n)).parse()) << n;
  EXPECT_TRUE(Body(whole).parse());
}

TEST(BatchRequest, LargeOnesAreParsedToo) {
  std::string text = R"({"in":[)";
  for (int i = 0; i < 60'000; ++i)
    text += (i == 0 ? "" : ",") + (R"({"objname":"some/object-)" + std::to_string(i) + "\"}");
  const Body body(text + "]}");
  const auto parsed = body.parse(60'000);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->entries.back().object, "some/object-59999");
}

TEST(Opaque, BothAlphabetsWithAndWithoutPadding) {
  struct Case {
    const char* sent;
    const char* answered;
  };
  for (const Case& c : {Case{"+/8BeA==", "+/8BeA=="}, Case{"-_8BeA==", "+/8BeA=="}, Case{"-_8BeA", "+/8BeA=="},
                        Case{"AAA", "AAA="}, Case{"AAAA", "AAAA"}, Case{"AB", "AA=="}, Case{"AAB=", "AAA="}}) {
    EXPECT_TRUE(is_opaque(c.sent)) << c.sent;
    EXPECT_EQ(canonical_opaque(c.sent), c.answered) << c.sent;
  }
  for (const char* bad : {"A", "AAAAA", "***", "A=", "AA=", "A===", "====", "AA==A", "A A=", "AAA\n"}) {
    EXPECT_FALSE(is_opaque(bad)) << bad;
  }
}

}  // namespace
}  // namespace bryo::moss
