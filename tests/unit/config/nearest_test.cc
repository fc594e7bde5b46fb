#include <kernel/config/nearest.h>

#include <gtest/gtest.h>

namespace bryo::kernel {
namespace {

const std::vector<std::string> kKeys = {"max_wait", "max_soft_errs", "memory_budget", "id"};

TEST(Nearest, FindsWhatWasMeant) {
  EXPECT_EQ(nearest_name("max_wiat", kKeys), "max_wait");
  EXPECT_EQ(nearest_name("maxwait", kKeys), "max_wait");
  EXPECT_EQ(nearest_name("memory_buget", kKeys), "memory_budget");
  EXPECT_EQ(nearest_name("ID", kKeys), "id");
  EXPECT_EQ(nearest_name("di", kKeys), "id");
}

TEST(Nearest, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(nearest_name("colour", kKeys), std::nullopt);
  EXPECT_EQ(nearest_name("", kKeys), std::nullopt);
  EXPECT_EQ(nearest_name("7", {"1", "2"}), std::nullopt);
  EXPECT_EQ(nearest_name(std::string(100'000, 'm'), kKeys), std::nullopt);
  EXPECT_EQ(did_you_mean("colour", kKeys), "");
  EXPECT_EQ(did_you_mean("nod", {"node"}, "[", "]"), "; did you mean [node]?");
}

}  // namespace
}  // namespace bryo::kernel
