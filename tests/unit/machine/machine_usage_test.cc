#include <gtest/gtest.h>

#include <kernel/machine/machine_usage.h>

namespace bryo::kernel {
namespace {

constexpr std::string_view kMeminfo =
    "MemTotal:       16384000 kB\n"
    "MemFree:            1024 kB\n"
    "SwapCached:            7 kB\n"
    "Cached:             2048 kB\n"
    "HugePages_Total:       3\n"
    "Broken\n"
    "Cut:";

TEST(MachineUsage, FieldsOfMeminfoAreWholeWords) {
  EXPECT_EQ(meminfo_bytes(kMeminfo, "MemTotal"), 16'384'000ULL * 1024);
  EXPECT_EQ(meminfo_bytes(kMeminfo, "Cached"), 2048u * 1024);  // not SwapCached
  EXPECT_EQ(meminfo_bytes(kMeminfo, "Mem"), 0u);
  EXPECT_EQ(meminfo_bytes(kMeminfo, "MemAvailable"), 0u);
  EXPECT_EQ(meminfo_bytes(kMeminfo, "Cut"), 0u);
  EXPECT_EQ(meminfo_bytes("", "MemTotal"), 0u);
}

}  // namespace
}  // namespace bryo::kernel
