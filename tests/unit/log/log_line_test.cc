#include <kernel/log/log_line.h>

#include <gtest/gtest.h>

#include <array>

namespace bryo::kernel {
namespace {

constexpr std::int64_t kTime = 1'795'229'865'123'456'789;

std::string text_of(std::string_view message, Log::Fields fields) {
  return text_line({kTime, LogLevel::Info, "moss", message, fields});
}

TEST(LogLine, Text) {
  EXPECT_EQ(text_of("batch finished", {{"entries", "4"}, {"rid", "r1"}, {"bucket", "ais://b"}}),
            "2026-11-21T02:57:45.123456Z info moss rid=r1 batch finished entries=4 bucket=ais://b");
}

TEST(LogLine, QuotesWhatIsNotOneWord) {
  struct Case {
    const char* value;
    const char* expected;
  };
  for (const Case& c : std::to_array<Case>({
           {"", "\"\""},
           {"a b", "\"a b\""},
           {"a=b", "\"a=b\""},
           {"say \"x\"", "\"say \\\"x\\\"\""},
           {"gr\xC3\xBC\xC3\x9F"
            "e",
            "gr\xC3\xBC\xC3\x9F"
            "e"},
           {"a\\b", "\"a\\\\b\""},
           {"tab\there", "\"tab\\x09here\""},
           {"\x1b[31mred", "\"\\x1b[31mred\""},
           {"\xC2\x9B"
            "31m",
            "\"\\u009b31m\""},
           {"bad\xFFutf", "\"bad\\xffutf\""},
           {"cut\xC3", "\"cut\\xc3\""},
           {"line\xE2\x80\xA8sep", "\"line\\u2028sep\""},
       })) {
    EXPECT_EQ(text_of("m", {{"k", c.value}}), std::string("2026-11-21T02:57:45.123456Z info moss m k=") + c.expected);
  }
}

TEST(LogLine, NothingForgesALine) {
  const std::string evil = "x\n2026-11-21T02:57:46.000000Z error auth rid=r9 root logged in\r\n\xC2\x85";
  for (const std::string& line : {text_of(evil, {}), text_of("m", {{"object", evil}}), text_of("m", {{evil, "v"}}),
                                  text_line({kTime, LogLevel::Info, evil, "m", {}}),
                                  json_line({kTime, LogLevel::Info, evil, evil, {{evil, evil}, {"rid", evil}}})}) {
    EXPECT_EQ(line.find_first_of("\n\r"), std::string::npos) << line;
    EXPECT_EQ(line.find("\xC2\x85"), std::string::npos) << line;
  }
}

TEST(LogLine, Json) {
  EXPECT_EQ(json_line({kTime, LogLevel::Warning, "store", "slow disk", {{"path", "/mnt/\"d0\""}, {"rid", "r1"}}}),
            R"({"time":"2026-11-21T02:57:45.123456Z","level":"warning","component":"store","rid":"r1",)"
            R"("message":"slow disk","path":"/mnt/\"d0\""})");
}

TEST(LogLine, JsonKeepsItsOwnKeys) {
  EXPECT_EQ(json_line({kTime, LogLevel::Info, "a", "m", {{"time", "now"}, {"message", "\xFF"}}}),
            R"({"time":"2026-11-21T02:57:45.123456Z","level":"info","component":"a","message":"m",)"
            R"("time_":"now","message_":"\ufffd"})");
}

}  // namespace
}  // namespace bryo::kernel
