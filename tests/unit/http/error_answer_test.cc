#include <kernel/http/error_answer.h>

#include <gtest/gtest.h>
#include <array>

namespace bryo::kernel {
namespace {

using namespace std::string_literals;

const ErrorContext kContext{"GET", "/v1/buckets/abc", "127.0.0.1:57964", "p[VHpp22000]"};

TEST(ErrorAnswer, HasTheKeysAndTheOrderOfTheReference) {
  const Error error(Errc::NotFound, "bucket \"ais://abc\" does not exist", "ErrBckNotFound");
  EXPECT_EQ(error_json(error, kContext),
            R"({"tcode":"ErrBckNotFound","message":"bucket \"ais://abc\" does not exist","method":"GET",)"
            R"("url_path":"/v1/buckets/abc","remote_addr":"127.0.0.1:57964","caller":"","node":"p[VHpp22000]",)"
            R"("status":404})");
}

TEST(ErrorAnswer, WithoutATypeThereIsNoTcode) {
  EXPECT_EQ(error_json(Error(Errc::InvalidArgument, "missing node ID"), kContext),
            R"({"message":"missing node ID","method":"GET","url_path":"/v1/buckets/abc",)"
            R"("remote_addr":"127.0.0.1:57964","caller":"","node":"p[VHpp22000]","status":400})");
}

TEST(ErrorAnswer, EscapesWhatJsonNeedsAndNothingElse) {
  struct Case {
    std::string text;
    std::string json;
  };
  for (const Case& c : std::to_array<Case>({
           {"plain", "plain"},
           {"<a href='x'>&</a>", "<a href='x'>&</a>"},
           {"quote\" back\\slash", "quote\\\" back\\\\slash"},
           {"tab\tline\nreturn\r", "tab\\tline\\nreturn\\r"},
           {"bell\a nul\0 esc\x1b"s, "bell\\u0007 nul\\u0000 esc\\u001b"},
           {"del\x7f", "del\\u007f"},
           {"\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80", "\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80"},
           {"lone \x80 lead \xC3", "lone \\ufffd lead \\ufffd"},
           {"overlong \xC0\xAF", "overlong \\ufffd\\ufffd"},
           {"surrogate \xED\xA0\x80", "surrogate \\ufffd\\ufffd\\ufffd"},
           {"beyond \xF4\x90\x80\x80", "beyond \\ufffd\\ufffd\\ufffd\\ufffd"},
           {"cut \xE2\x82", "cut \\ufffd\\ufffd"},
           {"\xFF\xFE", "\\ufffd\\ufffd"},
       })) {
    const auto json = error_json(Error(Errc::Internal, c.text), {"GET", "/", "r", "n"});
    EXPECT_EQ(json, "{\"message\":\"" + c.json +
                        R"(","method":"GET","url_path":"/","remote_addr":"r","caller":"","node":"n","status":500})");
  }
}

TEST(ErrorAnswer, BodyAndHeaders) {
  const auto answer = error_answer(Error(Errc::TooManyRequests, "busy").with_retry_after(3), kContext);
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.headers.get("content-type"), "application/json");
  EXPECT_EQ(answer.headers.get("x-content-type-options"), "nosniff");
  EXPECT_EQ(answer.headers.get("retry-after"), "3");
  const auto& body = std::get<std::string>(answer.body);
  EXPECT_TRUE(body.ends_with(",\"status\":429}\n")) << body;
  EXPECT_FALSE(error_answer(Error(Errc::NotFound, "x"), kContext).headers.get("Retry-After"));
}

TEST(ErrorAnswer, HeadGetsTheJsonInAHeader) {
  ErrorContext context = kContext;
  context.method = "HEAD";
  const auto answer = error_answer(Error(Errc::NotFound, "two\nlines").with_status(410), context);
  EXPECT_EQ(answer.status, 410);
  EXPECT_EQ(answer.headers.get("Hdr-Error"),
            R"({"message":"two\nlines","method":"HEAD","url_path":"/v1/buckets/abc",)"
            R"("remote_addr":"127.0.0.1:57964","caller":"","node":"p[VHpp22000]","status":410})");
  EXPECT_EQ(std::get<std::string>(answer.body), "");
}

TEST(ErrorAnswer, HeadKeepsTheHeaderWithinWhatClientsRead) {
  const std::string path(60'000, 'p');
  const auto answer =
      error_answer(Error(Errc::NotFound, std::string(60'000, 'm'), "T"), {"HEAD", path, "127.0.0.1:1", "p[x]"});
  EXPECT_LT(answer.headers.get("Hdr-Error")->size(), 16'384u);
  EXPECT_TRUE(answer.headers.get("Hdr-Error")->ends_with(",\"status\":404}"));
}

TEST(ErrorAnswer, TheNodeIsNamedByItsRole) {
  const NodeIdentity both{"Gp", "Tt"};
  const NodeIdentity gateway{"Gp", ""};
  const NodeIdentity target{"", "Tt"};
  EXPECT_EQ(node_label(both, Role::Gateway, ""), "p[Gp]");
  EXPECT_EQ(node_label(both, Role::Target, ""), "t[Tt]");
  EXPECT_EQ(node_label(both, Role::Any, ""), "p[Gp]");
  EXPECT_EQ(node_label(both, Role::Any, "t[Tt]: ais://b/o does not exist"), "t[Tt]");
  EXPECT_EQ(node_label(gateway, Role::Any, ""), "p[Gp]");
  EXPECT_EQ(node_label(target, Role::Any, ""), "t[Tt]");
  EXPECT_EQ(node_label(target, Role::Gateway, ""), "t[Tt]");
}

}  // namespace
}  // namespace bryo::kernel
