#include <gtest/gtest.h>

#include <kernel/object/object_address.h>

namespace bryo::kernel {
namespace {

TEST(ObjectAddress, UrlsThatAreTooShortCountTheirItems) {
  const auto why = [](const char* path) {
    Request request;
    request.path = path;
    return url_too_short(request, 4).message();
  };
  EXPECT_EQ(why("/v1/objects/b"), "URL 'v1/objects/b' is too short: expected 4 items, got 3");
  EXPECT_EQ(why("/v1/objects/b/"), "URL 'v1/objects/b' is too short: expected 4 items, got 3");
  EXPECT_EQ(why("//v1//objects//"), "URL 'v1//objects' is too short: expected 4 items, got 2");
  EXPECT_EQ(why("/"), "URL '' is too short: expected 4 items, got 0");
}

TEST(ObjectAddress, NamesOfObjects) {
  for (const char* good : {"o", "d/o", "d//o", "...", "a..b", "~", ".hidden"})
    EXPECT_TRUE(check_url_object(good)) << good;
  for (const char* bad : {"", "..", "../o", "d/..", "d/../o", "d/"}) {
    const auto checked = check_url_object(bad);
    ASSERT_FALSE(checked) << bad;
    EXPECT_EQ(checked.error().status(), 400) << bad;
  }
  EXPECT_FALSE(check_url_object(std::string_view("a\0b", 3)));
  EXPECT_FALSE(check_url_object(std::string(100'000, 'n')));
  EXPECT_EQ(check_url_object("../o").error().tcode(), "errInvalidPath");
}

TEST(ObjectAddress, NamesAreUtf8ForListingsCarryNothingElse) {
  for (const char* good : {"\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x8C\xBF", "a\r\nb", "\x1B[31m"})
    EXPECT_TRUE(check_url_object(good)) << good;
  for (const char* bad : {"\xFF\xFE", "a\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "d/\x80"}) {
    const auto checked = check_url_object(bad);
    ASSERT_FALSE(checked) << bad;
    EXPECT_EQ(checked.error().status(), 400) << bad;
    EXPECT_EQ(checked.error().tcode(), "errInvalidPath") << bad;
    EXPECT_TRUE(checked.error().message().ends_with("\": not UTF-8")) << checked.error().message();
  }
}

TEST(ObjectAddress, OnlyMissingObjectsAreNamedByTheTarget) {
  const auto missing = named_by_target(Error(Errc::NotFound, "ais://b/o does not exist", "ErrNotFound"), "abct");
  EXPECT_EQ(missing.message(), "t[abct]: ais://b/o does not exist");
  EXPECT_EQ(missing.tcode(), "ErrNotFound");
  EXPECT_EQ(named_by_target(Error(Errc::Io, "disk"), "abct").message(), "disk");
}

}  // namespace
}  // namespace bryo::kernel
