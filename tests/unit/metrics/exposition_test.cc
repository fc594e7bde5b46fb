#include <kernel/metrics/exposition.h>

#include <gtest/gtest.h>

#include <limits>

namespace bryo::kernel {
namespace {

TEST(Exposition, Names) {
  for (const char* good : {"ais_target_get_count", "a", "_x:y", "A9"}) EXPECT_TRUE(is_metric_name(good)) << good;
  for (const char* bad : {"", "9a", "get.n", "a-b", "a b", "\xC3\xA9"}) EXPECT_FALSE(is_metric_name(bad)) << bad;
  for (const char* bad : {"", "a:b", "__name__", "1"}) EXPECT_FALSE(is_label_name(bad)) << bad;
}

TEST(Exposition, EscapesWhatWouldBreakALine) {
  EXPECT_EQ(escape_help("a\\b\n# TYPE x"), "a\\\\b\\n# TYPE x");
  EXPECT_EQ(escape_label_value("x\"} 1\nforged 2"), "x\\\"} 1\\nforged 2");
  EXPECT_EQ(escape_label_value("gr\xC3\xBC\xC3\x9F"
                               "e"),
            "gr\xC3\xBC\xC3\x9F"
            "e");
  EXPECT_EQ(escape_label_value("a\xFF"
                               "b\xC3"),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
  EXPECT_EQ(escape_label_value("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Exposition, Numbers) {
  EXPECT_EQ(number_text(0), "0");
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(0.0001), "0.0001");
  EXPECT_EQ(number_text(30), "30");
  EXPECT_EQ(number_text(1e300), "1e+300");
  EXPECT_EQ(number_text(1250.008618818), "1250.008618818");
  EXPECT_EQ(number_text(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(number_text(std::numeric_limits<double>::quiet_NaN()), "NaN");
}

TEST(Exposition, Labels) {
  EXPECT_EQ(label_text({}), "");
  EXPECT_EQ(label_text({{"bucket", "ais://b"}, {"node_id", "t1"}}), "{bucket=\"ais://b\",node_id=\"t1\"}");
  EXPECT_EQ(label_text({}, "le=\"+Inf\""), "{le=\"+Inf\"}");
}

}  // namespace
}  // namespace bryo::kernel
