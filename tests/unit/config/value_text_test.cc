#include <kernel/config/value_text.h>

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <random>

namespace bryo::kernel {
namespace {

using namespace std::chrono_literals;

TEST(ValueText, DurationsAreGosFormat) {
  struct Case {
    const char* text;
    Duration value;
    const char* document;  ///< as the cluster configuration prints it
    const char* go;        ///< as Go prints it
  };
  for (const Case& c : std::to_array<Case>({
           {"0", 0s, "0s", "0s"},
           {"20s", 20s, "20s", "20s"},
           {"1m", 1min, "1m", "1m0s"},
           {"1m30s", 90s, "1m30s", "1m30s"},
           {"2h0m", 2h, "2h0m", "2h0m0s"},
           {"1h30m", 90min, "1h30m", "1h30m0s"},
           {"100ms", 100ms, "100ms", "100ms"},
           {"1.5s", 1500ms, "1.5s", "1.5s"},
           {".5m", 30s, "30s", "30s"},
           {"90m", 90min, "1h30m", "1h30m0s"},
           {"1h0m0.25s", 1h + 250ms, "1h0m0.25s", "1h0m0.25s"},
           {"2us", 2us, "2\xC2\xB5s", "2\xC2\xB5s"},
           {"2\xC2\xB5s", 2us, "2\xC2\xB5s", "2\xC2\xB5s"},
           {"7ns", 7ns, "7ns", "7ns"},
           {"-1.5h", -90min, "-1h30m", "-1h30m0s"},
       })) {
    const auto parsed = parse_duration(c.text);
    ASSERT_TRUE(parsed) << c.text;
    EXPECT_EQ(*parsed, c.value) << c.text;
    EXPECT_EQ(duration_text(c.value), c.document);
    EXPECT_EQ(go_duration_text(c.value), c.go);
  }
}

TEST(ValueText, BadDurations) {
  for (const char* text : {"", "s", "1x", "1m30", "abc", "1 m", "--1s", "1..5s", "."}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
  EXPECT_EQ(parse_duration("30").error().message(), "\"30\" needs a unit, such as \"30s\"");
  EXPECT_EQ(parse_duration("fast").error().message(), "\"fast\" is not a duration such as \"1m30s\" or \"500ms\"");
  EXPECT_EQ(parse_duration("9999999999h").error().message(), "\"9999999999h\" is longer than 292 years");
  EXPECT_FALSE(parse_duration("99999999999999999999999s"));
}

TEST(ValueText, EveryDurationReadsBack) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 2000; ++i) {
    const Duration value{static_cast<std::int64_t>(random() >> (1 + random() % 60))};
    ASSERT_EQ(*parse_duration(duration_text(value)), value) << value.count();
    ASSERT_EQ(*parse_duration(go_duration_text(value)), value) << value.count();
  }
}

TEST(ValueText, Sizes) {
  struct Case {
    const char* text;
    std::uint64_t bytes;
    const char* printed;
  };
  for (const Case& c : std::to_array<Case>({
           {"0B", 0, "0B"},
           {"0", 0, "0B"},
           {"4096", 4096, "4KiB"},
           {"4097B", 4097, "4097B"},
           {"64MiB", 64ull << 20, "64MiB"},
           {"64mib", 64ull << 20, "64MiB"},
           {"1gb", 1'000'000'000, "1000000000B"},
           {"2k", 2000, "2000B"},
           {"1.5GiB", 1536ull << 20, "1536MiB"},
           {"8 KiB", 8192, "8KiB"},
           {"1TiB", 1ull << 40, "1TiB"},
       })) {
    const auto parsed = parse_size(c.text);
    ASSERT_TRUE(parsed) << c.text;
    EXPECT_EQ(parsed->bytes, c.bytes) << c.text;
    EXPECT_EQ(size_text(*parsed), c.printed);
    EXPECT_EQ(parse_size(size_text(*parsed))->bytes, c.bytes);
  }
}

TEST(ValueText, BadSizes) {
  for (const char* text : {"", "MiB", "-1", "1.5", "1.5B", "1 2", "1zb", "0x10"})
    EXPECT_FALSE(parse_size(text)) << text;
  EXPECT_EQ(parse_size("big").error().message(), "\"big\" is not a size such as \"64MiB\", \"1GB\" or \"4096\"");
  EXPECT_EQ(parse_size("9000PiB").error().message(), "\"9000PiB\" is more than 8 EiB");
  EXPECT_FALSE(parse_size("99999999999999999999"));
}

TEST(ValueText, WordsForTruth) {
  for (const char* yes : {"true", "TRUE", "yes", "on", "1", "y", "t"}) EXPECT_TRUE(*parse_bool(yes)) << yes;
  for (const char* no : {"false", "no", "Off", "0", "n", "f"}) EXPECT_FALSE(*parse_bool(no)) << no;
  const auto error = parse_bool("maybe").error();
  EXPECT_EQ(error.message(), "strconv.ParseBool: parsing \"maybe\": invalid syntax");
  EXPECT_EQ(error.tcode(), "NumError");
}

TEST(ValueText, Integers) {
  EXPECT_EQ(*parse_integer("-12"), -12);
  EXPECT_EQ(*parse_integer("+3"), 3);
  EXPECT_EQ(*parse_integer("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_integer("9223372036854775808").error().message(),
            "strconv.ParseInt: parsing \"9223372036854775808\": value out of range");
  for (const char* text : {"", "1.0", "1x", "++1"}) EXPECT_EQ(parse_integer(text).error().tcode(), "NumError") << text;
}

}  // namespace
}  // namespace bryo::kernel
