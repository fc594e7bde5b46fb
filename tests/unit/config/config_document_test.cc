#include <kernel/config/config_document.h>
#include <kernel/config/option_registry.h>

#include <gtest/gtest.h>

#include "config_folder.h"

namespace bryo::kernel {
namespace {

struct Keys {
  OptionRegistry registry;
  Option<std::int64_t> a{*registry.add<std::int64_t>("s", {.key = "a", .default_value = 1, .max = 100, .doc = "d"})};
  Option<std::int64_t> b{*registry.add<std::int64_t>("s", {.key = "b", .default_value = 2, .doc = "d"})};
  Option<std::vector<std::string>> list{
      *registry.add<std::vector<std::string>>("s", {.key = "list", .default_value = {}, .doc = "d"})};
};

TEST(ConfigDocument, LaterFilesWinKeyByKey) {
  const ConfigFolder folder;
  const std::string main = folder.write("bryo.toml", "[s]\na = 10\nb = 20\nlist = ['x', 'y']\n");
  folder.write("conf.d/20-second.toml", "s.a = 30\n");
  folder.write("conf.d/10-first.toml", "[s]\na = 11\nlist = ['z']\n");
  folder.write("conf.d/notes.txt", "not toml at all {");
  Keys keys;
  const auto loaded = keys.registry.load_file(main);
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ(*keys.a, 30);
  EXPECT_EQ(*keys.b, 20);
  EXPECT_EQ(*keys.list, std::vector<std::string>{"z"});
}

TEST(ConfigDocument, MessagesNameTheFileThatWon) {
  const ConfigFolder folder;
  const std::string main = folder.write("bryo.toml", "[s]\na = 10\n");
  const std::string over = folder.write("conf.d/a.toml", "# over\n\n[s]\na = 1000\n");
  const std::string wrong = folder.write("conf.d/b.toml", "[s]\nlits = []\n");
  Keys keys;
  EXPECT_EQ(keys.registry.load_file(main).error().message(),
            over + ":4: [s] a = 1000 is out of range; allowed: at most 100\n" + wrong +
                ":2: unknown key 'lits' in [s]; did you mean 'list'?");
}

TEST(ConfigDocument, SyntaxErrorsNameFileAndLine) {
  const ConfigFolder folder;
  const std::string main = folder.write("bryo.toml", "[s]\na = 1\n");
  const std::string bad = folder.write("conf.d/bad.toml", "[s]\n\nb = \n");
  const auto error = ConfigDocument::read(main).error();
  EXPECT_EQ(error.code(), Errc::InvalidArgument);
  EXPECT_TRUE(error.message().starts_with(bad + ":3: ")) << error.message();
  for (const char* text : {"a = 1\na = 2\n", "[s]\n[s]\n", "x = \"\xFF\"", "= 1", "[s\n", "a = 'x"}) {
    EXPECT_FALSE(ConfigDocument::parse(text, "t")) << text;
  }
  EXPECT_FALSE(ConfigDocument::parse("a = " + std::string(100'000, '['), "t"));
}

TEST(ConfigDocument, UnreadableFilesAreNamed) {
  const ConfigFolder folder;
  EXPECT_EQ(ConfigDocument::read(folder.path() + "/none.toml").error().message(),
            "cannot read the configuration file '" + folder.path() + "/none.toml': No such file or directory");
  EXPECT_EQ(ConfigDocument::read(folder.path()).error().message(),
            "cannot read the configuration file '" + folder.path() + "': it is a directory");
}

}  // namespace
}  // namespace bryo::kernel
