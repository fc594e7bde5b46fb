#include <kernel/http/request_target.h>

#include <gtest/gtest.h>
#include <array>

namespace bryo::kernel {
namespace {

using namespace std::string_literals;

TEST(RequestTarget, DecodesThePathOnce) {
  struct Case {
    std::string target;
    std::string path;
  };
  for (const Case& c : std::to_array<Case>({
           {"/", "/"},
           {"/v1/objects/b/o", "/v1/objects/b/o"},
           {"/a%20b", "/a b"},
           {"/a+b", "/a+b"},
           {"/a%2Bb", "/a+b"},
           {"/a%2fb%2Fc", "/a/b/c"},
           {"/a%2520b", "/a%20b"},
           {"/%E2%82%AC", "/\xE2\x82\xAC"},
           {"/\xE2\x82\xAC", "/\xE2\x82\xAC"},
           {"/%ff%FE", "/\xFF\xFE"},
           {"/a//b///c/", "/a//b///c/"},
           {"/a?b", "/a"},
           {"/a?", "/a"},
           {"/a%3Fb?c", "/a?b"},
           {"/a#b", "/a#b"},
           {"/a;b=c", "/a;b=c"},
           {"*", "*"},
           {"http://host:8080/v1/x?y=1", "/v1/x"},
           {"HTTPS://host/v1", "/v1"},
           {"http://host", "/"},
           {"http://host?a=b", ""},
       })) {
    std::string path = "before";
    Query query;
    const auto parsed = parse_request_target(c.target, path, query);
    if (c.path.empty()) {
      EXPECT_FALSE(parsed) << c.target;
      continue;
    }
    ASSERT_TRUE(parsed) << c.target << ": " << parsed.error().message();
    EXPECT_EQ(path, c.path) << c.target;
  }
}

TEST(RequestTarget, DecodesTheQuery) {
  using Items = std::vector<std::pair<std::string, std::string>>;
  struct Case {
    std::string query;
    Items items;
  };
  for (const Case& c : std::to_array<Case>({
           {"", {}},
           {"a=b", {{"a", "b"}}},
           {"a=b&c=d", {{"a", "b"}, {"c", "d"}}},
           {"&a=b&&c&", {{"a", "b"}, {"c", ""}}},
           {"a=", {{"a", ""}}},
           {"=v", {{"", "v"}}},
           {"a=b=c", {{"a", "b=c"}}},
           {"a=1&a=2", {{"a", "1"}, {"a", "2"}}},
           {"name+x=a+b", {{"name x", "a b"}}},
           {"namespace=%40%23nsx", {{"namespace", "@#nsx"}}},
           {"a%3Db=%26%3d", {{"a=b", "&="}}},
           {"a=b?c=d", {{"a", "b?c=d"}}},
           {"X-Amz-Date=1&x-amz-credential=%zz&a=b", {{"a", "b"}}},
           {"X-Amz=1", {{"X-Amz", "1"}}},
       })) {
    std::string path;
    Query query;
    const auto parsed = parse_request_target("/p?" + c.query, path, query);
    ASSERT_TRUE(parsed) << c.query << ": " << parsed.error().message();
    EXPECT_EQ(query.items(), c.items) << c.query;
  }
}

TEST(RequestTarget, RefusesWhatIsMalformed) {
  struct Case {
    std::string target;
    std::string message;
  };
  for (const Case& c : std::to_array<Case>({
           {"/a%", "invalid URL escape \"%\""},
           {"/a%2", "invalid URL escape \"%2\""},
           {"/a%zz", "invalid URL escape \"%zz\""},
           {"/a%2x/b", "invalid URL escape \"%2x\""},
           {"/a%00b", "invalid URL: contains NUL"},
           {"/a?b=%0", "invalid URL escape \"%0\""},
           {"/a?%zz=b", "invalid URL escape \"%zz\""},
           {"/a?b=%00", "invalid URL: contains NUL"},
           {"", "invalid request target \"\": must start with '/'"},
           {"a/b", "invalid request target \"a/b\": must start with '/'"},
           {"host:80", "invalid request target \"host:80\": must start with '/'"},
           {"ftp://h/p", "invalid request target \"ftp://h/p\": must start with '/'"},
       })) {
    std::string path;
    Query query;
    const auto parsed = parse_request_target(c.target, path, query);
    ASSERT_FALSE(parsed) << c.target;
    EXPECT_EQ(parsed.error().message(), c.message);
    EXPECT_EQ(parsed.error().status(), 400);
  }
}

TEST(RequestTarget, HundredKeysAreTheMost) {
  std::string keys;
  for (std::size_t i = 0; i < kMaxQueryKeys; ++i) keys += "&k" + std::to_string(i) + "=v";
  std::string path;
  Query query;
  EXPECT_TRUE(parse_request_target("/p?" + keys, path, query));
  EXPECT_EQ(query.items().size(), kMaxQueryKeys);
  Query more;
  const auto parsed = parse_request_target("/p?" + keys + "&one=more", path, more);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().message(), "more than 100 query keys");
}

}  // namespace
}  // namespace bryo::kernel
