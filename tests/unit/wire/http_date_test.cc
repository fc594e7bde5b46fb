#include <kernel/wire/http_date.h>

#include <gtest/gtest.h>

namespace bryo::kernel {
namespace {

TEST(HttpDate, AllThreeFormsAreTaken) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), 784111777);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), 784111777);
}

TEST(HttpDate, NothingElseIs) {
  for (const char* text : {"", "now", "784111777", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT+1",
                           "Sun, 06 Nov 1994 08:49:37 GMT                              "}) {
    EXPECT_FALSE(parse_http_date(text)) << text;
  }
}

}  // namespace
}  // namespace bryo::kernel
