#include <bryo/contract/xaction_contract.h>
#include <bryo/testing.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "copy_xaction.h"

namespace bryo::copy_objects {
namespace {

using Values = testing::MemoryFields::Values;
using Texts = testing::MemoryFields::Texts;
using Names = std::vector<std::string>;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// "a=1&b=2", nothing encoded.
Query query_of(std::string_view text) {
  Query out;
  while (!text.empty()) {
    const auto item = text.substr(0, text.find('&'));
    const auto sign = item.find('=');
    out.add(std::string(item.substr(0, sign)), std::string(item.substr(sign + 1)));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
  }
  return out;
}

class CopyObjects : public ::testing::Test {
 protected:
  void put(const std::string& name, const std::string& content) { host.object_store.put(*source, name, content); }
  Status copy(CopyScope scope, Values message, const std::string& query = "bck_to=ais/@#/dst/") {
    CopyXaction xaction(host, settings, scope);
    auto plan = testing::prepare(xaction, source, std::move(message), query_of(query));
    if (!plan) return plan.error();
    destination = plan->destination;
    Status status = testing::run(xaction.run(job));
    text = xaction.control_message();
    return status;
  }
  Status copy_bucket(Values message, const std::string& query = "bck_to=ais/@#/dst/") {
    return copy(CopyScope::Bucket, std::move(message), query);
  }
  Status copy_group(Values message) {
    message.try_emplace("tobck", BucketName{.name = "dst"});
    return copy(CopyScope::Objects, std::move(message));
  }
  /// "name=content" of each object.
  Names content(const BucketPtr& bucket) {
    Names out;
    const auto page = testing::run(host.object_store.list(bucket, {.limit = 100'000}));
    for (const auto& object : page->objects) {
      out.push_back(object.name + "=" + host.object_store.at(*bucket, object.name)->content());
    }
    return out;
  }
  Names copied() { return content(*host.bucket_store.find({.name = "dst"})); }

  testing::FakeHost host;
  testing::FakeRegistrar registrar;
  CopySettings settings{registrar};
  BucketPtr source = host.bucket_store.add("src");
  BucketPtr destination;
  testing::MemoryJob job{"copyjob01", source};
  std::string text;
};

TEST_F(CopyObjects, AWholeBucketIntoOneThatIsMade) {
  put("a", "1"), put("d/b", "22");
  ASSERT_TRUE(copy_bucket({}));
  EXPECT_THAT(copied(), ElementsAre("a=1", "d/b=22"));
  EXPECT_EQ(text,
            "cp ais://src=>ais://dst; t[testt]: job:[ visited:2 locally-processed:2 sent:0 received:0 copy-err:0 "
            "chan-full:0 pruned:0]");
  EXPECT_EQ(job.counters.local_objects, 2);
  EXPECT_EQ(job.counters.local_bytes, 3);
  EXPECT_EQ(host.memory_meter.in_use(), 0u);
}

TEST_F(CopyObjects, PrefixPrependAndExtensions) {
  put("o-1.jpg", "1"), put("o-2.txt", "2"), put("o-d/3.jpg", "3"), put("x.jpg", "4"), put("o-.d/plain", "5");
  ASSERT_TRUE(copy_bucket({{"prefix", "o-*"}, {"prepend", "p/"}, {"ext", Texts{{"jpg", "png"}, {".txt", ".md"}}}}));
  EXPECT_THAT(copied(), ElementsAre("p/o-.d/plain=5", "p/o-1.png=1", "p/o-2.md=2", "p/o-d/3.png=3"));
  EXPECT_THAT(text, HasSubstr("cp ais://src/o-=>ais://dst/p/; "));
  host.bucket_store.add("dst");
  ASSERT_TRUE(copy_bucket({{"prefix", "o-"}, {"non-recurs", true}}));
  EXPECT_THAT(copied(), ElementsAre("o-1.jpg=1", "o-2.txt=2"));
  EXPECT_THAT(text, HasSubstr("=>ais://dst, flags:non-recurs; t["));
}

TEST_F(CopyObjects, ADryRunMakesNothing) {
  put("a", "1"), put("b", "22");
  ASSERT_TRUE(copy_bucket({{"dry_run", true}}));
  EXPECT_FALSE(host.bucket_store.find({.name = "dst"}));
  EXPECT_EQ(destination->name().name, "dst") << "the snapshot names it";
  EXPECT_THAT(text, HasSubstr("visited:2 locally-processed:2"));
  EXPECT_EQ(job.counters.local_bytes, 3);
}

TEST_F(CopyObjects, ManyByListTemplateAndPrefix) {
  put("o1", "1"), put("o2", "2"), put("o3", "3"), put("p", "4");
  ASSERT_TRUE(copy_group({{"objnames", Names{"p", "o2"}}, {"prepend", "x-"}, {"TxnUUID", ""}}));
  EXPECT_THAT(copied(), ElementsAre("x-o2=2", "x-p=4"));
  EXPECT_EQ(text,
            "cp ais://src=>ais://dst/x-; t[testt]: job:[ xid:copyjob01 txns:1/1 pending:0 sent:0 received:0 err:0 "
            "chan-full:0 pruned:0]");
  ASSERT_TRUE(copy_group({{"template", "o{1..9..2}"}}));
  EXPECT_THAT(copied(), ElementsAre("o1=1", "o3=3", "x-o2=2", "x-p=4"));
  ASSERT_TRUE(copy_group({{"template", ""}}));
  EXPECT_EQ(copied().size(), 6u);
}

TEST_F(CopyObjects, WhatIsMissingInAListEndsTheJobUnlessItGoesOn) {
  put("a", "1"), put("b", "2");
  const Status failed = copy_group({{"objnames", Names{"gone", "a"}}, {"num-workers", std::int64_t{-1}}});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message(), "t[testt]: ais://src/gone does not exist");
  EXPECT_THAT(copied(), IsEmpty());
  ASSERT_TRUE(copy_group({{"objnames", Names{"gone", "a"}}, {"coer", true}}));
  EXPECT_THAT(copied(), ElementsAre("a=1"));
  EXPECT_THAT(job.errors, ElementsAre("t[testt]: ais://src/gone does not exist"));
  EXPECT_THAT(text, HasSubstr("err:1"));
}

TEST_F(CopyObjects, IntoTheSameBucketWithAPrefixInFront) {
  for (int i = 0; i < 20; ++i) put("o" + std::to_string(i), "x");
  ASSERT_TRUE(copy_group({{"tobck", BucketName{.name = "src"}}, {"template", "o{0..9}"}, {"prepend", "p/"}}));
  EXPECT_EQ(content(source).size(), 30u);
  ASSERT_TRUE(copy_group({{"tobck", BucketName{.name = "src"}}, {"template", "o1"}}));
  EXPECT_EQ(content(source).size(), 30u) << "an object onto itself is left as it is";
}

TEST_F(CopyObjects, SynchronizedTheDestinationHasNothingElse) {
  put("a.jpg", "1"), put("b", "2");
  const auto dst = host.bucket_store.add("dst");
  for (const char* name : {"a.jpg", "old", "z.png", "a.png"}) host.object_store.put(*dst, name, "old");
  ASSERT_TRUE(copy_bucket({{"synchronize", true}, {"ext", Texts{{"jpg", "png"}}}}));
  EXPECT_THAT(copied(), ElementsAre("a.png=1", "b=2"));
  EXPECT_THAT(text, HasSubstr("flags:sync; "));
  EXPECT_THAT(text, HasSubstr("pruned:3]"));
  put("c1", "3");
  host.object_store.put(*dst, "c2", "old");
  ASSERT_TRUE(copy_group({{"synchronize", true}, {"template", "c{1..3}"}}));
  EXPECT_THAT(copied(), ElementsAre("a.png=1", "b=2", "c1=3"));
}

TEST_F(CopyObjects, AfterAFailureNothingIsPruned) {
  put("a", "1");
  host.object_store.put(*source, "bad", "xxxx")->break_at(1);
  const auto dst = host.bucket_store.add("dst");
  host.object_store.put(*dst, "old", "old");
  ASSERT_TRUE(copy_bucket({{"synchronize", true}, {"coer", true}}));
  EXPECT_THAT(copied(), ElementsAre("a=1", "old=old"));
  EXPECT_EQ(job.errors.size(), 1u);
}

TEST_F(CopyObjects, WhatIsOnlyAtTheBackend) {
  source = host.bucket_store.add(BucketName{.provider = "dir", .name = "r"});
  host.object_store.put_there(*source, "a", "1");
  host.object_store.put_there(*source, "b", "new");
  host.object_store.put(*source, "b", "older");
  testing::MemoryJob remote("copyjob02", source);
  const auto run = [&](Values message, const std::string& query) {
    CopyXaction xaction(host, settings, CopyScope::Bucket);
    EXPECT_TRUE(testing::prepare(xaction, source, std::move(message), query_of(query)));
    EXPECT_TRUE(testing::run(xaction.run(remote)));
  };
  run({}, "bck_to=ais/@#/dst/&presence=2");
  EXPECT_THAT(copied(), ElementsAre("b=older"));
  run({}, "bck_to=ais/@#/dst/&presence=0");
  EXPECT_THAT(copied(), ElementsAre("a=1", "b=older"));
  run({{"latest-ver", true}}, "bck_to=ais/@#/dst/&presence=2");
  EXPECT_THAT(copied(), ElementsAre("a=1", "b=new"));
  host.object_store.erase_there(*source, "a");
  run({{"synchronize", true}}, "bck_to=ais/@#/dst/");
  EXPECT_THAT(copied(), ElementsAre("b=new"));
}

TEST_F(CopyObjects, AFullDiskEndsItEvenIfItGoesOn) {
  for (int i = 0; i < 100; ++i) put("o" + std::to_string(i), "x");
  host.object_store.full = true;
  const Status failed = copy_bucket({{"coer", true}});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), Errc::OutOfSpace);
  EXPECT_THAT(job.errors, IsEmpty());
}

TEST_F(CopyObjects, RefusesBeforeItStarts) {
  const auto error = [](const Status& status) { return status ? std::string("(accepted)") : status.error().message(); };
  EXPECT_EQ(error(copy_bucket({}, "bck_to=ais/@#/src/")), "cannot act bucket \"ais://src\" onto itself");
  EXPECT_EQ(error(copy_bucket({}, "")), "missing \"bck_to\" query parameter");
  EXPECT_THAT(error(copy_bucket({}, "bck_to=dst")), HasSubstr("invalid bucket uname"));
  EXPECT_EQ(error(copy_bucket({{"synchronize", true}, {"prepend", "pre/"}})),
            "prepend option (\"pre/\") is incompatible with the request to synchronize buckets");
  EXPECT_THAT(error(copy_bucket({{"prepend", "../"}})), HasSubstr("component"));
  EXPECT_THAT(error(copy_bucket({{"ext", "jpg"}})), HasSubstr("ext"));
  EXPECT_THAT(error(copy_bucket({{"colour", true}})), HasSubstr("colour"));
  EXPECT_EQ(error(copy_group({{"tobck", BucketName{}}})), "bucket name is missing");
  EXPECT_THAT(error(copy_group({{"template", "{3..1}"}})), HasSubstr("greater"));
  EXPECT_FALSE(host.bucket_store.find({.name = "dst"})) << "what is refused makes no bucket";
}

/// What every job must do, from the SDK.
struct CopyUnderContract {
  testing::FakeRegistrar registrar;
  testing::FakeHost host;
  CopySettings settings{registrar};

  BucketPtr prepare() {
    host.object_store.slow = true;
    host.bucket_store.add("dst");
    const auto bucket = host.bucket_store.add("b");
    for (int i = 0; i < 12; ++i) host.object_store.put(*bucket, "o" + std::to_string(i), std::to_string(i));
    return bucket;
  }
  XactionKind kind() { return copy_objects_kind(); }
  std::unique_ptr<Xaction> make() { return std::make_unique<CopyXaction>(host, settings, CopyScope::Objects); }
  Values message() { return {{"tobck", BucketName{.name = "dst"}}}; }
};

}  // namespace
}  // namespace bryo::copy_objects

namespace bryo::contract {
INSTANTIATE_TYPED_TEST_SUITE_P(CopyObjects, XactionContract, copy_objects::CopyUnderContract);
}
