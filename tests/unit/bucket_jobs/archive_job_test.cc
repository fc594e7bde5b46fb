#include <bryo/contract/xaction_contract.h>
#include <bryo/testing.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "archive_xaction.h"
#include "tar_reader.h"
#include "tar_writer.h"

namespace bryo::archive_job {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Values = testing::MemoryFields::Values;
using Names = std::vector<std::string>;

ArchiveFormat tar_format() {
  return {.spec = {.name = ".tar", .extensions = {".tar"}, .mime_names = {}, .content_type = "", .magic = {}},
          .reader = std::make_shared<const tar::TarReader>(),
          .make_writer = [] { return std::make_unique<tar::TarWriter>(); }};
}

/// As one that cannot be continued: what it holds must be copied.
class StiffReader final : public ArchiveReader {
 public:
  Status index(const OpenObject& archive, std::string_view label, MemberSink& members) const override {
    return tar_.index(archive, label, members);
  }

 private:
  tar::TarReader tar_;
};

class ArchiveJob : public ::testing::Test {
 protected:
  ArchiveJob() {
    host.archive_store.add(tar_format());
    ArchiveFormat only_read = tar_format();
    only_read.spec.name = ".ro";
    only_read.spec.extensions = {".ro"};
    only_read.make_writer = {};
    host.archive_store.add(std::move(only_read));
    ArchiveFormat stiff = tar_format();
    stiff.spec.name = ".stiff";
    stiff.spec.extensions = {".stiff"};
    stiff.reader = std::make_shared<const StiffReader>();
    host.archive_store.add(std::move(stiff));
  }
  void put(const std::string& name, const std::string& content) { host.object_store.put(*source, name, content); }
  Status archive(Values message) {
    ArchiveXaction xaction(host, settings);
    const auto plan = testing::prepare(xaction, source, std::move(message));
    if (!plan) return plan.error();
    destination = plan->destination;
    Status status = testing::run(xaction.run(job));
    text = xaction.control_message();
    return status;
  }
  Error refusal(Values message) {
    const auto status = archive(std::move(message));
    EXPECT_FALSE(status);
    return status ? Error() : status.error();
  }
  /// "name=content" of each member.
  Names members(const std::string& name) {
    Names out;
    const auto object = host.object_store.at(*destination, name);
    if (!object) return {"<no archive>"};
    const auto index = testing::index_of(tar::TarReader(), *object, name);
    EXPECT_TRUE(index);
    (*index)->for_each([&](const Member& member) {
      out.push_back(std::string(member.name) + "=" + object->content().substr(member.offset, member.size));
      return true;
    });
    EXPECT_TRUE((*index)->why_missing("nothing")) << "the archive is damaged";
    return out;
  }

  testing::FakeHost host;
  testing::FakeRegistrar registrar;
  ArchiveSettings settings{registrar};
  const BucketPtr source = host.bucket_store.add("src");
  const BucketPtr other = host.bucket_store.add("dst");
  BucketPtr destination = source;
  testing::MemoryJob job{"arch00001", source};
  std::string text;
};

TEST_F(ArchiveJob, KeepsTheOrderOfTheListAndOfTheTemplate) {
  put("b1", "1"), put("b2", "22"), put("a", "");
  ASSERT_TRUE(archive({{"archname", "x.tar"}, {"objnames", Names{"b2", "a", "b1"}}}));
  EXPECT_THAT(members("x.tar"), ElementsAre("b2=22", "a=", "b1=1"));
  EXPECT_EQ(text, "ais://src=>ais://src [list:[b2 a b1], archived:3, flags:]");
  EXPECT_EQ(job.counters.local_objects, 3);
  EXPECT_EQ(job.counters.local_bytes, 3);
  ASSERT_TRUE(archive({{"archname", "y.tar"}, {"template", "b{1..9}"}, {"tobck", BucketName{.name = "dst"}}}));
  EXPECT_EQ(destination, other);
  EXPECT_THAT(members("y.tar"), ElementsAre("b1=1", "b2=22"));
  ASSERT_TRUE(archive({{"archname", "z.tar"}, {"template", "b"}}));
  EXPECT_THAT(members("z.tar"), ElementsAre("b1=1", "b2=22"));
}

TEST_F(ArchiveJob, TheWholeBucketIsEverythingButTheArchiveItself) {
  put("a", "1"), put("all.tar", "old"), put("z", "2");
  ASSERT_TRUE(archive({{"archname", "all.tar"}}));
  EXPECT_THAT(members("all.tar"), ElementsAre("a=1", "z=2"));
}

TEST_F(ArchiveJob, NamesOfEntries) {
  put("d/e/f", "1");
  ASSERT_TRUE(archive({{"archname", "1.tar"}, {"isbn", true}}));
  EXPECT_THAT(members("1.tar"), ElementsAre("src/d/e/f=1"));
  ASSERT_TRUE(archive({{"archname", "2.tar"}, {"template", "d"}, {"bnonly", true}}));
  EXPECT_THAT(members("2.tar"), ElementsAre("f=1"));
  EXPECT_THAT(text, HasSubstr("flags:basename-only]"));
  ASSERT_TRUE(
      archive({{"archname", "3.tar"}, {"template", "d"}, {"non-recurs", true}, {"aate", false}, {"coer", true}}) ||
      true);
  EXPECT_EQ(host.object_store.at(*source, "3.tar"), nullptr) << "d/e/f is not a direct child";
}

TEST_F(ArchiveJob, WhatIsMissingInAListFailsTheJobUnlessItGoesOn) {
  put("a", "1");
  EXPECT_EQ(refusal({{"archname", "x.tar"}, {"objnames", Names{"a", "gone"}}}).message(),
            "ais://src/gone does not exist");
  EXPECT_EQ(host.object_store.at(*source, "x.tar"), nullptr);
  ASSERT_TRUE(archive({{"archname", "x.tar"}, {"objnames", Names{"gone", "a"}}, {"coer", true}}));
  EXPECT_THAT(members("x.tar"), ElementsAre("a=1"));
  EXPECT_THAT(job.errors, ElementsAre("ais://src/gone does not exist"));
  EXPECT_EQ(registrar.counter_value("left.out"), 1u);
}

TEST_F(ArchiveJob, NoEntriesNoArchive) {
  for (const Values& message : {Values{{"archname", "x.tar"}, {"template", "no{1..3}"}},
                                Values{{"archname", "x.tar"}, {"objnames", Names{"gone"}}, {"coer", true}}}) {
    EXPECT_THAT(refusal(message).message(), HasSubstr("empty archive ais://src/x.tar"));
    EXPECT_EQ(host.object_store.at(*source, "x.tar"), nullptr);
  }
}

TEST_F(ArchiveJob, WhatCannotBeReadIsLeftOutOnlyBeforeItBegan) {
  put("ok", "1");
  host.object_store.put(*source, "small", "xxxx")->break_at(1);
  host.object_store.put(*source, "large", std::string(1 << 20, 'x'))->break_at(700'000);
  ASSERT_TRUE(archive({{"archname", "x.tar"}, {"objnames", Names{"small", "ok"}}, {"coer", true}}));
  EXPECT_THAT(members("x.tar"), ElementsAre("ok=1"));
  EXPECT_THAT(refusal({{"archname", "y.tar"}, {"objnames", Names{"ok", "large"}}, {"coer", true}}).message(),
              HasSubstr("broken"));
  EXPECT_EQ(host.object_store.at(*source, "y.tar"), nullptr);
}

TEST_F(ArchiveJob, AppendsOrCreates) {
  put("a", "1"), put("b", std::string(600'000, 'b')), put("c", "3");
  for (const std::string name : {"x.tar", "x.stiff"}) {
    ASSERT_TRUE(archive({{"archname", name}, {"objnames", Names{"b", "a"}}, {"aate", true}}));
    ASSERT_TRUE(archive({{"archname", name}, {"objnames", Names{"c"}}, {"aate", true}}));
    EXPECT_THAT(members(name), ElementsAre("b=" + std::string(600'000, 'b'), "a=1", "c=3")) << name;
    ASSERT_TRUE(archive({{"archname", name}, {"objnames", Names{"c"}}}));
    EXPECT_THAT(members(name), ElementsAre("c=3")) << "without aate the archive is replaced";
  }
}

TEST_F(ArchiveJob, NothingIsAppendedToWhatIsDamagedOrOfAnotherFormat) {
  put("a", "1");
  ASSERT_TRUE(archive({{"archname", "x.tar"}, {"objnames", Names{"a"}}}));
  auto content = host.object_store.at(*source, "x.tar")->content();
  content.replace(1024, 100, std::string(100, 'x'));
  put("x.tar", content);
  const auto refused = refusal({{"archname", "x.tar"}, {"objnames", Names{"a"}}, {"aate", true}});
  EXPECT_EQ(refused.code(), Errc::InvalidArgument);
  EXPECT_EQ(host.object_store.at(*source, "x.tar")->content(), content);
  ASSERT_TRUE(archive({{"archname", "y.tar"}, {"objnames", Names{"a"}}}));
  EXPECT_THAT(refusal({{"archname", "y.tar"}, {"mime", ".stiff"}, {"objnames", Names{"a"}}, {"aate", true}}).message(),
              HasSubstr("is of format .tar"));
}

TEST_F(ArchiveJob, AnArchiveThatChangedMeanwhileIsContinuedAnew) {
  put("a", "1"), put("b", "2");
  ASSERT_TRUE(archive({{"archname", "x.tar"}, {"objnames", Names{"a"}}}));
  const auto first = host.object_store.at(*source, "x.tar")->content();
  int lists = 0;
  host.object_store.on_list = [&](std::size_t) {
    if (++lists == 1) host.object_store.put(*source, "x.tar", first);  // somebody writes it
  };
  ASSERT_TRUE(archive({{"archname", "x.tar"}, {"template", "b"}, {"aate", true}}));
  EXPECT_EQ(lists, 2);
  EXPECT_THAT(members("x.tar"), ElementsAre("a=1", "b=2"));
  EXPECT_EQ(job.counters.local_objects, 1);
}

TEST_F(ArchiveJob, AbortedItLeavesNothing) {
  for (int i = 0; i < 100; ++i) put("o" + std::to_string(i), "x");
  job.stopped = true;
  EXPECT_TRUE(archive({{"archname", "x.tar"}}));
  EXPECT_EQ(host.object_store.at(*source, "x.tar"), nullptr);
}

TEST_F(ArchiveJob, RefusesBeforeItStarts) {
  host.bucket_store.add("denied");
  struct Case {
    Values message;
    const char* sentence;
    const char* tcode;
  };
  for (const Case& c : std::to_array<Case>({
           {{{"archname", "a.foo"}}, R"(unknown filename extension ("a.foo", ".foo"))", "errUnknownFileExt"},
           {{{"archname", "d.x/a"}}, R"(unknown filename extension ("d.x/a", ""))", "errUnknownFileExt"},
           {{{"archname", "a.tar"}, {"mime", ".foo"}}, R"(unknown mime type ".foo")", "errUnknownMime"},
           {{{"archname", "a.ro"}}, "only read here", "ErrUnsupp"},
           {{}, "name of the archive", "errInvalidPath"},
           {{{"archname", "../a.tar"}}, "name of the archive", "errInvalidPath"},
           {{{"archname", "a.tar"}, {"tobck", BucketName{.name = "none"}}}, "does not exist", "ErrBckNotFound"},
           {{{"archname", "a.tar"}, {"template", "x-{9..1}"}},
            "t[testt] failed to \"act\" List/Range: ",
            "errTemplateInvalid"},
           {{{"archname", "a.tar"}, {"colour", true}}, "colour", ""},
       })) {
    const auto error = refusal(c.message);
    EXPECT_THAT(error.message(), HasSubstr(c.sentence));
    EXPECT_EQ(error.tcode(), c.tcode);
  }
}

TEST_F(ArchiveJob, MimeStandsForTheExtension) {
  put("a", "1");
  for (const char* mime : {".tar", "tar"}) {
    ASSERT_TRUE(archive({{"archname", "plain"}, {"mime", mime}, {"template", "a"}}));
    EXPECT_THAT(members("plain"), ElementsAre("a=1"));
  }
}

/// What every job must do, from the SDK.
struct ArchiveUnderContract {
  testing::FakeRegistrar registrar;
  testing::FakeHost host;
  ArchiveSettings settings{registrar};

  BucketPtr prepare() {
    host.archive_store.add(tar_format());
    registrar.set_option("open_ahead", std::int64_t{3});
    const auto bucket = host.bucket_store.add("b");
    for (int i = 0; i < 10; ++i) host.object_store.put(*bucket, "o" + std::to_string(i), std::to_string(i));
    return bucket;
  }
  XactionKind kind() { return archive_kind(); }
  std::unique_ptr<Xaction> make() { return std::make_unique<ArchiveXaction>(host, settings); }
  Values message() { return {{"archname", "x.tar"}}; }
};

}  // namespace
}  // namespace bryo::archive_job

namespace bryo::contract {
INSTANTIATE_TYPED_TEST_SUITE_P(ArchiveJob, XactionContract, archive_job::ArchiveUnderContract);
}
