#include <gtest/gtest.h>

#include <kernel/machine/disk_rates.h>

namespace bryo::kernel {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kDiskstats =
    "   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
    " 254       0 vda 100 7 2000 50 300 9 8000 70 1 1234 120 0 0 0 0 0 0\n"
    " 254       1 vda1 90 7 1000 50 200 9 4000 70 0 999 120 0 0 0 0 0 0\n"
    " 254      16 vdb 1 0 8";

TEST(DiskRates, TheLineOfTheDiskAndOfNoOtherOfThatBeginning) {
  const auto vda = parse_diskstats(kDiskstats, "vda");
  EXPECT_EQ(vda.reads, 100u);
  EXPECT_EQ(vda.read_bytes, 2000u * 512);
  EXPECT_EQ(vda.writes, 300u);
  EXPECT_EQ(vda.written_bytes, 8000u * 512);
  EXPECT_EQ(vda.busy_ms, 1234u);
  EXPECT_EQ(parse_diskstats(kDiskstats, "vda1").busy_ms, 999u);
  EXPECT_EQ(parse_diskstats(kDiskstats, "vd").reads, 0u);
  EXPECT_EQ(parse_diskstats(kDiskstats, "overlay").reads, 0u);
  EXPECT_EQ(parse_diskstats("", "vda").reads, 0u);
}

TEST(DiskRates, ALineThatIsCutHasZeros) {
  const auto vdb = parse_diskstats(kDiskstats, "vdb");
  EXPECT_EQ(vdb.reads, 1u);
  EXPECT_EQ(vdb.read_bytes, 8u * 512);
  EXPECT_EQ(vdb.written_bytes, 0u);
}

TEST(DiskRates, BetweenTwoReadings) {
  DiskRatesProbe probe;
  const DiskRatesProbe::TimePoint start{};
  EXPECT_EQ(probe.advance("vda", {.reads = 10, .read_bytes = 1'000'000}, start).read_bps, 0u);
  const DiskCounters later{.reads = 30, .read_bytes = 1'080'000, .writes = 4, .written_bytes = 4096, .busy_ms = 500};
  const auto rates = probe.advance("vda", later, start + milliseconds(2000));
  EXPECT_EQ(rates.read_bps, 40'000u);
  EXPECT_EQ(rates.average_read, 4000u);
  EXPECT_EQ(rates.write_bps, 2048u);
  EXPECT_EQ(rates.average_write, 1024u);
  EXPECT_EQ(rates.util, 25);
  // Another disk begins on its own.
  EXPECT_EQ(probe.advance("vdb", later, start + milliseconds(2000)).read_bps, 0u);
}

// Several documents ask in the same moment: they must agree, and not divide by a millisecond.
TEST(DiskRates, ReadingsCloseTogetherAnswerTheLastRates) {
  DiskRatesProbe probe;
  const DiskRatesProbe::TimePoint start{};
  probe.advance("vda", {}, start);
  EXPECT_EQ(probe.advance("vda", {.reads = 1, .read_bytes = 4096}, start).read_bps, 0u);
  EXPECT_EQ(probe.advance("vda", {.reads = 1, .read_bytes = 4096}, start + milliseconds(999)).read_bps, 0u);
  EXPECT_EQ(probe.advance("vda", {.reads = 1, .read_bytes = 4096}, start + milliseconds(1000)).read_bps, 4096u);
  EXPECT_EQ(probe.advance("vda", {.reads = 9, .read_bytes = 9999}, start + milliseconds(1500)).read_bps, 4096u);
}

TEST(DiskRates, CountersThatRestartAreNoRates) {
  DiskRatesProbe probe;
  const DiskRatesProbe::TimePoint start{};
  probe.advance("vda", {.reads = 1000, .read_bytes = 1 << 30, .busy_ms = 5000}, start);
  const auto rates = probe.advance("vda", {.reads = 2, .read_bytes = 8192}, start + milliseconds(1000));
  EXPECT_EQ(rates.read_bps, 0u);
  EXPECT_EQ(rates.average_read, 0u);
  EXPECT_EQ(rates.util, 0);
  EXPECT_EQ(probe.advance("vda", {.reads = 4, .read_bytes = 16'384}, start + milliseconds(2000)).read_bps, 8192u);
}

TEST(DiskRates, NeverMoreThanAllOfTheTime) {
  DiskRatesProbe probe;
  probe.advance("vda", {}, {});
  EXPECT_EQ(probe.advance("vda", {.busy_ms = 3000}, DiskRatesProbe::TimePoint() + milliseconds(1000)).util, 100);
}

}  // namespace
}  // namespace bryo::kernel
