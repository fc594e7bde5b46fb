#include <kernel/config/references.h>

#include <gtest/gtest.h>

#include "config_folder.h"

namespace bryo::kernel {
namespace {

TEST(References, Environment) {
  const EnvironmentVariable key("BRYO_TEST_KEY", "s3cr3t");
  EXPECT_EQ(*resolve_references("${BRYO_TEST_KEY}", "."), "s3cr3t");
  EXPECT_EQ(*resolve_references("a-${BRYO_TEST_KEY}-${BRYO_TEST_KEY}", "."), "a-s3cr3t-s3cr3t");
  EXPECT_EQ(*resolve_references("$${BRYO_TEST_KEY}", "."), "${BRYO_TEST_KEY}");
  EXPECT_EQ(*resolve_references("cost: 5$ $X", "."), "cost: 5$ $X");
}

TEST(References, EnvironmentValuesAreNotReadAgain) {
  const EnvironmentVariable outer("BRYO_TEST_OUTER", "${HOME}");
  EXPECT_EQ(*resolve_references("${BRYO_TEST_OUTER}", "."), "${HOME}");
}

TEST(References, BadEnvironment) {
  EXPECT_EQ(resolve_references("${BRYO_TEST_ABSENT}", ".").error().message(),
            "refers to ${BRYO_TEST_ABSENT}, which is not set in the environment");
  EXPECT_EQ(resolve_references("x${OPEN", ".").error().message(), "has a \"${\" without its \"}\"");
}

TEST(References, Files) {
  const ConfigFolder folder;
  const std::string file = folder.write("key.pem", "line 1\nline 2\n");
  EXPECT_EQ(*resolve_references("file:" + file, "."), "line 1\nline 2");
  EXPECT_EQ(*resolve_references("file:key.pem", folder.path()), "line 1\nline 2");
  EXPECT_EQ(resolve_references("file:" + file + "x", ".").error().message(),
            "refers to the file '" + file + "x', which cannot be read: No such file or directory");
  EXPECT_EQ(resolve_references("file:" + folder.path(), ".").error().message(),
            "refers to the file '" + folder.path() + "', which is not a regular file");
  const std::string large = folder.write("large", std::string((1 << 20) + 1, 'x'));
  EXPECT_EQ(resolve_references("file:" + large, ".").error().message(),
            "refers to the file '" + large + "', which is larger than 1MiB");
}

TEST(References, EscapingIsUndoneByResolving) {
  for (const char* text : {"plain", "${X}", "$${X}", "a${", "$$"}) {
    EXPECT_EQ(*resolve_references(escape_references(text), "."), text);
  }
}

}  // namespace
}  // namespace bryo::kernel
