#include <bryo/contract/xaction_contract.h>
#include <bryo/testing.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index_after_put.h"
#include "index_xaction.h"
#include "shard_walk.h"
#include "summary_xaction.h"
#include "tar_reader.h"
#include "tar_writer.h"

namespace bryo::shard_index {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

ArchiveFormat shard_format() {
  return {.spec = {.name = ".tar", .extensions = {".tar"}, .mime_names = {}, .content_type = "", .magic = {}},
          .reader = std::make_shared<const tar::TarReader>(),
          .make_writer = [] { return std::make_unique<tar::TarWriter>(); }};
}

std::string shard_of(int members) {
  tar::TarWriter writer;
  ArchiveBuffer out;
  for (int i = 0; i < members; ++i) {
    EXPECT_TRUE(writer.begin("m" + std::to_string(i), 1, out));
    out.append("x");
    EXPECT_TRUE(writer.end(out));
  }
  EXPECT_TRUE(writer.finish(out));
  return std::string(as_text(out.view()));
}

class ShardIndex : public ::testing::Test {
 protected:
  ShardIndex() { host.archive_store.add(shard_format()); }
  void put(const std::string& name, const std::string& content) { host.object_store.put(*bucket, name, content); }
  std::string index(testing::MemoryFields::Values message = {}) {
    IndexXaction xaction(host, settings);
    EXPECT_TRUE(testing::prepare(xaction, bucket, std::move(message)));
    EXPECT_TRUE(testing::run(xaction.run(job)));
    return xaction.control_message();
  }
  std::string summary(testing::MemoryFields::Values message = {}) {
    SummaryXaction xaction(host, settings);
    EXPECT_TRUE(testing::prepare(xaction, bucket, std::move(message)));
    EXPECT_EQ(xaction.extension(), "");
    EXPECT_TRUE(testing::run(xaction.run(job)));
    return xaction.extension();
  }

  testing::FakeHost host;
  testing::FakeRegistrar registrar;
  IndexSettings settings{registrar};
  const BucketPtr bucket = host.bucket_store.add("b");
  testing::MemoryJob job{"indexes01", bucket};
};

TEST_F(ShardIndex, IndexesWhatIsNotIndexed) {
  for (int i = 0; i < 20; ++i) put("s" + std::to_string(i) + ".tar", shard_of(i));
  put("plain", "x");
  for (const std::int64_t workers : {-1, 0, 1, 7}) {
    testing::FakeHost fresh;
    EXPECT_EQ(index({{"num-workers", workers}, {"skip-verify", true}}),
              workers == -1 ? "prefix:, indexed:20, known:0, failed:0" : "prefix:, indexed:0, known:20, failed:0");
  }
  EXPECT_EQ(host.archive_store.passes(), 20u);
}

TEST_F(ShardIndex, OnlyWithThePrefix) {
  put("a/1.tar", shard_of(1)), put("b/1.tar", shard_of(1));
  EXPECT_EQ(index({{"prefix", "a/*"}}), "prefix:a/, indexed:1, known:0, failed:0");
  IndexXaction xaction(host, settings);
  EXPECT_EQ(testing::prepare(xaction, bucket, {{"prefix", "a/"}})->prefix, "a/");
  EXPECT_FALSE(testing::prepare(xaction, bucket, {{"prefix", "../"}}));
}

TEST_F(ShardIndex, WhatIsBrokenIsSaidAndTheOthersAreIndexed) {
  put("a.tar", shard_of(2)), put("bad.tar", std::string(2'000, 'x')), put("c.tar", shard_of(2));
  EXPECT_EQ(index(), "prefix:, indexed:2, known:0, failed:1");
  ASSERT_THAT(job.errors, SizeIs(1));
  EXPECT_THAT(job.errors[0], HasSubstr("ais://b/bad.tar"));
  EXPECT_EQ(registrar.counter_value("failed"), 1u);
}

TEST_F(ShardIndex, SummaryCounts) {
  put("a.tar", shard_of(3)), put("d/b.tar", shard_of(5)), put("plain", "x");
  const std::string size = std::to_string(shard_of(3).size() + shard_of(5).size());
  EXPECT_EQ(summary(),
            R"({"tar-objs":"2","tar-size":")" + size +
                R"(","shards":"0","shard-size":"0","archived-objs":"0","stale-indexes":"0","invalid-indexes":"0"})");
  index({{"prefix", "d/"}});
  host.archive_store.damaged.insert(host.object_store.at(*bucket, "a.tar")->stamp());
  const std::string one = std::to_string(shard_of(5).size());
  EXPECT_EQ(summary(), R"({"tar-objs":"2","tar-size":")" + size + R"(","shards":"1","shard-size":")" + one +
                           R"(","archived-objs":"5","stale-indexes":"0","invalid-indexes":"1"})");
  EXPECT_THAT(summary({{"prefix", "d/"}}), HasSubstr(R"("tar-objs":"1")"));
}

TEST_F(ShardIndex, AfterPutOnlyWhereTheBucketAsks) {
  IndexAfterPut after(host, settings);
  const auto store = [&](const std::string& name, const std::string& content) {
    put(name, content);
    ObjectChange change{.event = ObjectEvent::Put, .bucket = bucket, .object = name};
    EXPECT_TRUE(testing::run(after.stored(std::move(change))));
  };
  store("a.tar", shard_of(1));
  EXPECT_EQ(host.archive_store.passes(), 0u);
  host.bucket_store.properties.emplace(kIndexOnPut, "true");
  store("a.tar", shard_of(1)), store("plain", "x"), store("bad.tar", "x");
  testing::run(after.stop());
  EXPECT_EQ(registrar.counter_value("put"), 1u);
  EXPECT_EQ(registrar.counter_value("failed"), 1u);
  EXPECT_TRUE(host.archive_store.try_open(host.object_store.at(*bucket, "a.tar")));
}

struct ShardsUnderContract {
  testing::FakeRegistrar registrar;
  testing::FakeHost host;
  IndexSettings settings{registrar};

  BucketPtr prepare() {
    host.archive_store.add(shard_format());
    const auto bucket = host.bucket_store.add("b");
    for (int i = 0; i < 12; ++i) host.object_store.put(*bucket, "o" + std::to_string(i) + ".tar", shard_of(i));
    return bucket;
  }
};
struct IndexUnderContract : ShardsUnderContract {
  XactionKind kind() { return index_kind(); }
  std::unique_ptr<Xaction> make() { return std::make_unique<IndexXaction>(host, settings); }
};
struct SummaryUnderContract : ShardsUnderContract {
  XactionKind kind() { return summary_kind(); }
  std::unique_ptr<Xaction> make() { return std::make_unique<SummaryXaction>(host, settings); }
};

}  // namespace
}  // namespace bryo::shard_index

namespace bryo::contract {
INSTANTIATE_TYPED_TEST_SUITE_P(IndexShard, XactionContract, shard_index::IndexUnderContract);
INSTANTIATE_TYPED_TEST_SUITE_P(SummaryShard, XactionContract, shard_index::SummaryUnderContract);
}  // namespace bryo::contract
