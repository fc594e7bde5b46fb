#include <kernel/reference/pages.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bryo::kernel {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RouteHandler nothing() {
  return [](Request&) -> Task<Result<Response>> { co_return Response(); };
}

TEST(RoutePage, VerbsThatSayTheSameShareARow) {
  Router router;
  for (Verb verb : {Verb::Put, Verb::Get, Verb::Head}) {
    ASSERT_TRUE(router.add({.verb = verb,
                            .pattern = "/v1/b",
                            .doc = verb == Verb::Put ? "Writes." : "Reads.",
                            .access = verb == Verb::Put ? Access::Write : Access::Read},
                           nothing(), "kernel"));
  }
  EXPECT_THAT(route_page(router, {}), HasSubstr("## Kernel\n\n"
                                                "| Path | Verb | Needs | Role | Body | Meaning |\n"
                                                "|---|---|---|---|---|---|\n"
                                                "| `/v1/b` | GET, HEAD | read | any | up to 1MiB | Reads. |\n"
                                                "| `/v1/b` | PUT | write | any | up to 1MiB | Writes. |\n"));
}

TEST(RoutePage, AStreamedBodyOfAnySizeIsSaid) {
  Router router;
  const RouteSpec put{
      .verb = Verb::Put, .pattern = "/o/*", .doc = "Writes.", .body_limit = ~std::uint64_t{0}, .stream_body = true};
  ASSERT_TRUE(router.add(put, nothing(), "kernel"));
  EXPECT_THAT(route_page(router, {}), HasSubstr("| any size, streamed |"));
}

TEST(RoutePage, PluginsHaveTheirOwnTablesEnabledOrNot) {
  PluginDescription on{.name = "on", .state = PluginState::Declared};
  on.contributed.routes = {{.pattern = "/on", .doc = "Works.", .role = Role::Target, .access = Access::Admin}};
  PluginDescription off{.name = "off", .state = PluginState::Disabled};
  off.contributed.routes = {{.pattern = "/off", .doc = "Would work."}};
  const PluginDescription bare{.name = "bare"};
  Router router;  // as in a node, where the routes of plugins are in the router, too
  ASSERT_TRUE(router.add(on.contributed.routes.front(), nothing(), "on"));
  const std::string page = route_page(router, {off, on, bare});
  EXPECT_THAT(page, HasSubstr("## Plugin `off`\n\nNot enabled: these routes answer 501.\n\n"));
  EXPECT_THAT(page, HasSubstr("| `/on` | GET | admin | target | up to 1MiB | Works. |\n"));
  EXPECT_THAT(page, Not(HasSubstr("bare")));
  EXPECT_EQ(page.find("`/on`"), page.rfind("`/on`"));
}

}  // namespace
}  // namespace bryo::kernel
