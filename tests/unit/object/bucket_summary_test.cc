#include <gtest/gtest.h>

#include <kernel/object/bucket_summary.h>
#include <nlohmann/json.hpp>

namespace bryo::kernel {
namespace {

TEST(BucketSummary, OfObjects) {
  BucketSummary summary{.disk_capacity = 1000};
  for (const std::uint64_t size : {7u, 0u, 300u}) summary.add(size);
  const auto json = nlohmann::json::parse(summary_json({.name = "b"}, summary, true));
  EXPECT_EQ(json.at("name"), "b");
  EXPECT_EQ(json.at("ObjCount"), nlohmann::json({{"obj_count_present", "3"}, {"obj_count_remote", "0"}}));
  EXPECT_EQ(json.at("ObjSize"), nlohmann::json({{"obj_min_size", 0}, {"obj_avg_size", 102}, {"obj_max_size", 300}}));
  EXPECT_EQ(json.at("TotalSize").at("size_on_disk"), "307");
  EXPECT_EQ(json.at("TotalSize").at("total_disks_size"), "1000");
  EXPECT_EQ(json.at("used_pct"), 30);
  EXPECT_EQ(json.at("is_present"), true);
}

TEST(BucketSummary, OfAnEmptyBucketOnUnknownDisks) {
  const auto json = nlohmann::json::parse(summary_json({.name = "b"}, {}, false));
  EXPECT_EQ(json.at("ObjSize"), nlohmann::json({{"obj_min_size", 0}, {"obj_avg_size", 0}, {"obj_max_size", 0}}));
  EXPECT_EQ(json.at("used_pct"), 0);
  EXPECT_EQ(json.at("is_present"), false);
}

// An id of one bucket must not answer for another, and a client that never comes back must not cost memory for ever.
TEST(SummaryTickets, AreForWhatTheyWereIssuedAndTheOldestAreForgotten) {
  SummaryTickets tickets;
  const auto first = tickets.issue("ais://b/p");
  EXPECT_EQ(tickets.scope(first), "ais://b/p");
  EXPECT_EQ(tickets.scope("nobodys"), std::nullopt);
  std::string last;
  for (int i = 0; i < 4095; ++i) last = tickets.issue("ais://c");
  EXPECT_EQ(tickets.scope(first), "ais://b/p");
  const auto one_more = tickets.issue("ais://d");
  EXPECT_EQ(tickets.scope(first), std::nullopt);
  EXPECT_EQ(tickets.scope(last), "ais://c");
  EXPECT_EQ(tickets.scope(one_more), "ais://d");
}

}  // namespace
}  // namespace bryo::kernel
