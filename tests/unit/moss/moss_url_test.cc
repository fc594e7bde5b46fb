#include "moss_url.h"

#include <gtest/gtest.h>

namespace bryo::moss {
namespace {

Request request(std::string rest, std::initializer_list<std::pair<const char*, const char*>> query = {}) {
  Request out;
  out.path = "/v1/ml/moss" + (rest.empty() ? "" : "/" + rest);
  out.target = out.path + "?q";
  out.rest = std::move(rest);
  out.remote = "127.0.0.1:5";
  for (const auto& [key, value] : query) out.query.add(key, value);
  return out;
}

TEST(MossUrl, BothForms) {
  EXPECT_FALSE(parse_moss_url(request(""))->bucket);
  EXPECT_FALSE(parse_moss_url(request("/"))->bucket);
  EXPECT_EQ(parse_moss_url(request("b"))->bucket->uri(), "ais://b");
  EXPECT_EQ(parse_moss_url(request("b/"))->bucket->uri(), "ais://b");
  EXPECT_EQ(parse_moss_url(request("b", {{"provider", "gs"}, {"namespace", "@#ns"}}))->bucket->uri(), "gs://#ns/b");
}

TEST(MossUrl, Colocation) {
  for (const auto& [text, value] : {std::pair("0", 0), {"1", 1}, {"2", 2}, {"", 0}}) {
    EXPECT_EQ(parse_moss_url(request("b", {{"coloc", text}}))->colocation, value);
  }
  const auto error = [](const char* text) { return parse_moss_url(request("b", {{"coloc", text}})).error().message(); };
  EXPECT_EQ(error("3"), "invalid 'coloc=3' (expecting 0, 1, or 2)");
  EXPECT_EQ(error("-1"), "invalid 'coloc=-1' (expecting 0, 1, or 2)");
  EXPECT_EQ(error("x"), "dpq: 'coloc=x', err: invalid syntax");
  EXPECT_EQ(error("1 "), "dpq: 'coloc=1 ', err: invalid syntax");
  EXPECT_EQ(error("99999999999"), "dpq: 'coloc=99999999999', err: invalid syntax");
}

TEST(MossUrl, WrongOnes) {
  EXPECT_EQ(parse_moss_url(request("b/c")).error().message(),
            "invalid request URI: 'GET /v1/ml/moss/b/c?q' from 127.0.0.1:5");
  Request ml;
  ml.path = "/v1/ml/";
  EXPECT_EQ(wrong_ml_url(ml).message(), "URL 'v1/ml' is too short: expected 3 items, got 2");
}

}  // namespace
}  // namespace bryo::moss
