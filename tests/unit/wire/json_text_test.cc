#include <kernel/wire/json_text.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <random>

namespace bryo::kernel {
namespace {

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonText, EscapesWhatMustBe) {
  EXPECT_EQ(json_string("plain <>& ü"), "\"plain <>& ü\"");
  EXPECT_EQ(json_string("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(json_string(std::string_view("\n\r\t\x01\0z", 6)), R"("\n\r\t\u0001\u0000z")");
}

TEST(JsonText, ReplacesBytesThatAreNoUtf8) {
  EXPECT_EQ(json_string("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
  EXPECT_EQ(json_string("\xC3"), "\"\xEF\xBF\xBD\"");                      // cut short
  EXPECT_EQ(json_string("\xC0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");      // overlong
  EXPECT_EQ(json_string("\xED\xA0\x80").find('\xED'), std::string::npos);  // surrogate
}

TEST(JsonText, AnyBytesMakeAValidDocument) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 12, '\0');
    for (auto& c : bytes) c = static_cast<char>(random());
    EXPECT_FALSE(nlohmann::json::parse(json_string(bytes), nullptr, false).is_discarded());
  }
}

}  // namespace
}  // namespace bryo::kernel
