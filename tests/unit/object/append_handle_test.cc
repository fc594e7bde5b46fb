#include <kernel/object/append_handle.h>

#include <gtest/gtest.h>

namespace bryo::kernel {
namespace {

TEST(AppendHandle, ReadsWhatItWrites) {
  const std::string text = format_append_handle({.target = "node1t", .upload = "aBc123xyz", .size = 1234567890123});
  EXPECT_EQ(text, "node1t|aBc123xyz|1234567890123");
  const auto handle = parse_append_handle(text);
  ASSERT_TRUE(handle);
  EXPECT_EQ(handle->target, "node1t");
  EXPECT_EQ(handle->upload, "aBc123xyz");
  EXPECT_EQ(handle->size, 1234567890123u);
}

TEST(AppendHandle, NothingElseIsOne) {
  for (const char* text :
       {"x", "|", "||", "t|", "t|u", "t|u|", "t|u|x", "t|u|-1", "t|u|1 ", "t||1", "|u|1", "t|u|99999999999999999999"}) {
    const auto handle = parse_append_handle(text);
    ASSERT_FALSE(handle) << text;
    EXPECT_EQ(handle.error().message(), "invalid APPEND handle: \"" + std::string(text) + "\"");
    EXPECT_EQ(handle.error().status(), 400);
  }
}

}  // namespace
}  // namespace bryo::kernel
