#include <kernel/config/cluster_config.h>
#include <kernel/config/node_config.h>

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace bryo::kernel {
namespace {

constexpr std::string_view kValid = R"(
[node]
id = "n-1"
roles = ["target"]
data_dir = "/data"
[node.listen]
public = "[::1]:0"
[node.http]
idle_timeout = "1m30s"
max_header = "64KiB"
[[node.mountpath]]
path = "/mnt/d0"
label = "nvme"
[plugins]
enable = ["moss"]
[cluster.log]
level = "4"
max_size = "1.5MiB"
[cluster.features]
set = ["Fsync-PUT"]
)";

std::string mutated(std::minstd_rand& random) {
  std::string text(kValid);
  const auto anywhere = [&] { return random() % text.size(); };
  for (unsigned n = 1 + random() % 4; n > 0; --n) {
    switch (random() % 4) {
      case 0:
        text[anywhere()] = static_cast<char>(random() % 256);
        break;
      case 1:
        text.erase(anywhere(), 1 + random() % 8);
        break;
      case 2:
        text.insert(anywhere(), 1, "[]\"'=.\n{}$#0\\"[random() % 14]);
        break;
      default: {
        const std::string piece = text.substr(anywhere(), random() % 30);
        text.insert(anywhere(), piece);
      }
    }
  }
  return text;
}

/// Whatever stands in the file, it is read or refused with a sentence; a sanitizer build looks at the rest.
TEST(HostileText, IsReadOrRefusedWithASentence) {
  const unsigned seed = 20261121;
  std::minstd_rand random(seed);
  OptionRegistry registry;
  const NodeOptions options = *NodeOptions::declare(registry);
  ASSERT_TRUE(ClusterConfig::declare(registry));
  int accepted = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::string text = mutated(random);
    auto document = ConfigDocument::parse(text, "b.toml");
    if (!document) {
      ASSERT_TRUE(document.error().message().starts_with("b.toml:")) << "seed " << seed << "\n" << text;
      continue;
    }
    const auto loaded = registry.load(*document);
    if (!loaded) {
      ASSERT_TRUE(loaded.error().message().starts_with("b.toml:")) << "seed " << seed << "\n" << text;
      continue;
    }
    const auto config = NodeConfig::from(options, *document);
    ASSERT_TRUE(config || config.error().message().starts_with("b.toml:")) << "seed " << seed << "\n" << text;
    if (config) ++accepted;
  }
  EXPECT_GT(accepted, 10) << "the mutations leave nothing to read";
}

}  // namespace
}  // namespace bryo::kernel
