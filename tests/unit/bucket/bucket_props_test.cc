#include <kernel/bucket/bucket_props.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bryo::kernel {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr std::uint64_t kPropsId = 9223372036854775809U;

BucketProps initial(const json& cluster = json::object()) {
  return BucketProps::initial({.name = "b"}, kPropsId, 1795228391346707462, cluster);
}

// Recorded: HEAD of a new bucket.
TEST(BucketProps, DefaultIsByteForByteTheRecordedOne) {
  EXPECT_EQ(
      initial().json(),
      R"({"backend_bck":{"name":"","provider":"","namespace":{"uuid":"","name":""}},"write_policy":{"data":"immediate","md":"immediate"},"provider":"ais","Renamed":"","checksum":{"type":"xxhash2","validate_cold_get":false,"validate_warm_get":false,"validate_obj_move":false,"enable_read_range":false},"extra":{"aws":{},"gcp":{},"oci":{}},"rate_limit":{"backend":{"interval":"1m","max_tokens":1000,"enabled":false,"num_retries":3},"frontend":{"interval":"1m","max_tokens":1000,"enabled":false,"burst_size":375}},"ec":{"compression":"never","bundle_multiplier":2,"burst_buffer":512,"objsize_limit":262144,"data_slices":2,"parity_slices":2,"enabled":false,"disk_only":false},"chunks":{"objsize_limit":"0B","max_monolithic_size":"1TiB","chunk_size":"1GiB"},"mirror":{"copies":2,"burst_buffer":512,"enabled":false},"lru":{"dont_evict_time":"2h0m","capacity_upd_time":"10m","batch_size":32768,"enabled":false},"access":"18446744073709551615","features":"0","bid":"9223372036854775809","created":"1795228391346707462","versioning":{"enabled":true,"validate_warm_get":false,"synchronize":false}})");
}

TEST(BucketProps, TakesTheClustersSectionsAndKeepsTheOrder) {
  const auto props = initial(json::parse(R"({"versioning":{"synchronize":true,"enabled":false,"unknown":1},
      "checksum":{"type":"md5","enable_read_range":true,"validate_warm_get":true},"lru":{"enabled":true},
      "mirror":{"copies":3},"space":{"lowwm":1},"features":"1048600"})"));
  EXPECT_EQ(props.policy().checksum_type, "md5");
  EXPECT_FALSE(props.policy().versioning);
  EXPECT_TRUE(props.policy().fsync);  // bit 4 is the bucket's business, bit 20 is not
  EXPECT_EQ(props.features(), 16U);
  EXPECT_TRUE(props.range_checksum());
  EXPECT_TRUE(props.validate_warm_get());
  EXPECT_THAT(props.json(), HasSubstr(R"("mirror":{"copies":3,"burst_buffer":512,"enabled":false})"));
  EXPECT_THAT(props.json(), HasSubstr(R"("batch_size":32768,"enabled":false})"));  // never evict the only copy
  EXPECT_THAT(props.json(),
              HasSubstr(R"("versioning":{"enabled":false,"validate_warm_get":false,"synchronize":true}})"));
}

TEST(BucketProps, StoredFormReadsBack) {
  const auto changed = initial().with(json::parse(R"({"extra":{"aws":{"profile":"p"}},"access":"3","features":"16"})"));
  ASSERT_TRUE(changed);
  const auto stored = BucketProps::parse(changed->json());
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->json(), changed->json());
  EXPECT_EQ(stored->id(), kPropsId);
  EXPECT_EQ(stored->access(), 3U);
  EXPECT_TRUE(stored->policy().fsync);
}

TEST(BucketProps, DamagedStoredFormIsRefused) {
  for (const char* text : {"", "{", "[]", "{}", R"({"checksum":1})"}) EXPECT_FALSE(BucketProps::parse(text)) << text;
  auto text = initial().json();
  text.replace(text.find("\"bid\":\""), 6, "\"bad\":");
  EXPECT_FALSE(BucketProps::parse(text));
}

TEST(BucketProps, PartialUpdatesChangeOnlyWhatTheyName) {
  const auto changed = initial().with(
      json::parse(R"({"versioning":{"enabled":false},"checksum":{"type":"sha256"},"lru":null,"force":true,
                      "chunks":{"chunk_size":"64MiB"},"lru":{"dont_evict_time":"90m"}})"));
  ASSERT_TRUE(changed) << changed.error().message();
  EXPECT_FALSE(changed->policy().versioning);
  EXPECT_EQ(changed->policy().checksum_type, "sha256");
  EXPECT_THAT(changed->json(), HasSubstr(R"("chunk_size":"64MiB")"));
  EXPECT_THAT(changed->json(), HasSubstr(R"("dont_evict_time":"90m")"));
  EXPECT_TRUE(initial().with(json()));
}

TEST(BucketProps, RefusesWhatTheReferenceRefuses) {
  struct Case {
    const char* partial;
    int status;
    const char* why;
  };
  for (const Case& c : {
           Case{R"({"checksum":{"type":"bogus"}})", 400,
                "invalid checksum type \"bogus\" (expecting [crc32c md5 sha256 sha512 xxhash xxhash2 none])"},
           Case{R"({"bogus":1})", 400, "found unknown field: bogus"},
           Case{R"({"checksum":{"bogus":1}})", 400, "found unknown field: checksum.bogus"},
           Case{R"({"bid":"1"})", 400, "found unknown field: bid"},
           Case{R"({"provider":"aws"})", 400, "found unknown field: provider"},
           Case{R"({"created":"1"})", 400, "found unknown field: created"},
           Case{R"({"backend_bck":{"name":"x"}})", 400, "found unknown field: backend_bck"},
           Case{R"({"versioning":{"enabled":"yes"}})", 400, "\"versioning.enabled\": expecting true or false"},
           Case{R"({"versioning":true})", 400, "\"versioning\": expecting an object"},
           Case{R"({"access":7})", 400, "\"access\": expecting a string that holds a number"},
           Case{R"({"access":"x"})", 400, "invalid access \"x\""},
           Case{R"({"features":"-1"})", 400, "invalid features \"-1\""},
           Case{R"({"mirror":{"copies":99}})", 400, "invalid mirror.copies \"99\" (expecting a number from 0 to 32)"},
           Case{R"({"mirror":{"copies":18446744073709551615}})", 400, "invalid mirror.copies"},
           Case{R"({"lru":{"dont_evict_time":"soon"}})", 400, "invalid lru.dont_evict_time \"soon\""},
           Case{R"({"chunks":{"chunk_size":"5 apples"}})", 400, "invalid chunks.chunk_size"},
           Case{R"({"write_policy":{"md":"sometimes"}})", 400, "invalid write_policy.md \"sometimes\""},
           Case{R"({"extra":{"xyz":{}}})", 400, "found unknown field: extra.xyz"},
           Case{R"({"force":1})", 400, "\"force\": expecting true or false"},
           Case{R"([1])", 400, "expecting an object"},
           Case{R"({"mirror":{"enabled":true}})", 501, "cannot set mirror.enabled=true"},
           Case{R"({"ec":{"enabled":true}})", 501, "cannot set ec.enabled=true"},
       }) {
    const auto changed = initial().with(json::parse(c.partial));
    ASSERT_FALSE(changed) << c.partial;
    EXPECT_EQ(changed.error().status(), c.status) << c.partial;
    EXPECT_THAT(changed.error().message(), HasSubstr(c.why)) << c.partial;
  }
}

TEST(BucketProps, ResetKeepsIdentity) {
  const auto changed = initial().with(json::parse(R"({"access":"1","versioning":{"enabled":false}})"));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->reset({.name = "b"}, json::object()).json(), initial().json());
}

}  // namespace
}  // namespace bryo::kernel
