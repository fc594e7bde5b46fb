#include <bryo/contract/xaction_contract.h>
#include <bryo/testing.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "promote_xaction.h"

namespace bryo::promote {
namespace {

namespace fs = std::filesystem;
using Values = testing::MemoryFields::Values;
using Names = std::vector<std::string>;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Two folders of its own, gone at the end: what may be promoted, and what lies beside it.
struct Folders {
  Folders() {
    std::string pattern = fs::temp_directory_path() / "promote-XXXXXX";
    base = ::mkdtemp(pattern.data());
    root = base + "/root";
    fs::create_directories(root);
    fs::create_directories(base + "/outside");
  }
  Folders(const Folders&) = delete;
  Folders& operator=(const Folders&) = delete;
  ~Folders() { fs::remove_all(base); }
  void write(const std::string& path, const std::string& content) const {
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }
  std::string base;
  std::string root;
};

class Promote : public ::testing::Test {
 protected:
  Promote() { registrar.set_option("roots", std::vector<std::string>{"/nowhere", folders.root + "/"}); }
  void write(const std::string& name, const std::string& content) { folders.write(folders.root + "/" + name, content); }
  Status promote(const std::string& below, Values message = {}) {
    message.try_emplace("src", below.empty() ? folders.root : folders.root + "/" + below);
    PromoteXaction xaction(host, settings);
    auto plan = testing::prepare(xaction, bucket, std::move(message));
    if (!plan) return plan.error();
    at_once = plan->at_once;
    Status status = testing::run(xaction.run(job));
    text = xaction.control_message();
    return status;
  }
  std::string refusal(const std::string& below, Values message = {}) {
    const Status status = promote(below, std::move(message));
    return status ? "(accepted)" : status.error().message();
  }
  Names objects() {
    Names out;
    const auto page = testing::run(host.object_store.list(bucket, {}));
    for (const auto& object : page->objects) {
      out.push_back(object.name + "=" + host.object_store.at(*bucket, object.name)->content());
    }
    return out;
  }

  Folders folders;
  testing::FakeHost host;
  testing::FakeRegistrar registrar;
  PromoteSettings settings{registrar};
  const BucketPtr bucket = host.bucket_store.add("b");
  testing::MemoryJob job{"promote01", bucket};
  std::string text;
  bool at_once = false;
};

TEST_F(Promote, OneFileIsThereAtOnce) {
  write("d/f.txt", "1");
  for (const char* object : {"", "as/", "x.txt"}) {
    ASSERT_TRUE(promote("d/f.txt", {{"obj", object}}));
    EXPECT_TRUE(at_once);
  }
  EXPECT_THAT(objects(), ElementsAre("as/f.txt=1", "f.txt=1", "x.txt=1"));
  EXPECT_EQ(text, folders.root + "/d/f.txt=>x.txt, promoted:1, skipped:0, failed:0");
  EXPECT_EQ(job.counters.local_objects, 3);
}

TEST_F(Promote, AFolderWithOrWithoutThoseInIt) {
  write("d/1", "1"), write("d/2", std::string(3 << 20, 'x')), write("d/e/f/3", "3"), write("other", "o");
  ASSERT_TRUE(promote("d"));
  EXPECT_FALSE(at_once);
  EXPECT_EQ(objects().size(), 2u);
  ASSERT_TRUE(promote("d", {{"obj", "p"}, {"rcr", true}}));
  EXPECT_NE(host.object_store.at(*bucket, "p/e/f/3"), nullptr);
  EXPECT_EQ(host.object_store.at(*bucket, "p/2")->size(), 3u << 20);
  ASSERT_TRUE(promote("", {{"rcr", true}, {"obj", "all/"}}));
  EXPECT_NE(host.object_store.at(*bucket, "all/d/e/f/3"), nullptr);
  EXPECT_NE(host.object_store.at(*bucket, "all/other"), nullptr);
  EXPECT_THAT(job.errors, IsEmpty());
}

TEST_F(Promote, ObjectsThatExistStayUnlessTheyAreOverwritten) {
  write("f", "new");
  host.object_store.put(*bucket, "f", "old");
  ASSERT_TRUE(promote("f", {{"dls", true}}));
  EXPECT_THAT(objects(), ElementsAre("f=old"));
  EXPECT_TRUE(fs::exists(folders.root + "/f")) << "what was not promoted is not deleted";
  EXPECT_THAT(text, HasSubstr("promoted:0, skipped:1"));
  ASSERT_TRUE(promote("f", {{"ovw", true}, {"dls", true}}));
  EXPECT_THAT(objects(), ElementsAre("f=new"));
  EXPECT_FALSE(fs::exists(folders.root + "/f"));
}

TEST_F(Promote, NoLinkLeadsOutside) {
  folders.write(folders.base + "/outside/secret", "secret");
  write("d/good", "1");
  fs::create_symlink(folders.base + "/outside/secret", folders.root + "/d/absolute");
  fs::create_symlink("../../outside/secret", folders.root + "/d/relative");
  fs::create_symlink("../../outside", folders.root + "/d/folder");
  fs::create_symlink("good", folders.root + "/d/inside");
  ASSERT_TRUE(promote("d", {{"rcr", true}}));
  EXPECT_THAT(objects(), ElementsAre("good=1", "inside=1"));
  ASSERT_EQ(job.errors.size(), 3u);
  for (const auto& error : job.errors) EXPECT_THAT(error, HasSubstr("leads out of the folder"));
  EXPECT_THAT(refusal("d/absolute"), HasSubstr("leads out of the folder"));
  EXPECT_THAT(refusal("d/folder/secret"), HasSubstr("leads out of the folder"));
  ASSERT_TRUE(promote("d/inside", {{"obj", "link"}, {"dls", true}}).error().code() == Errc::Conflict)
      << "a link is not what became an object";
}

TEST_F(Promote, WhatIsNoFileIsSaidAndTheOthersArePromoted) {
  write("d/good", "1");
  ASSERT_EQ(::mkfifo((folders.root + "/d/pipe").c_str(), 0600), 0);
  write("d/un\x01name", "2");
  ASSERT_TRUE(promote("d"));
  EXPECT_EQ(objects().size(), 2u);
  ASSERT_EQ(job.errors.size(), 1u);
  EXPECT_THAT(job.errors[0], HasSubstr("d/pipe is no regular file"));
  EXPECT_THAT(refusal("d/pipe"), HasSubstr("neither a file nor a folder"));
}

TEST_F(Promote, RefusesBeforeItStarts) {
  write("f", "1");
  const auto source = [&](const std::string& path) { return refusal("", {{"src", path}}); };
  EXPECT_EQ(source("/tmp/x"), "invalid promote source \"/tmp/x\": must be under /nowhere or " + folders.root);
  EXPECT_EQ(source(folders.root + "x"),
            "invalid promote source \"" + folders.root + "x\": must be under /nowhere or " + folders.root);
  for (const std::string path : {"f", "/a/../b", "/a//b", "/a/", "/a/.", "./f"}) {
    EXPECT_THAT(source(path), HasSubstr("must be an absolute path")) << path;
  }
  EXPECT_THAT(refusal("gone"), HasSubstr("No such file"));
  EXPECT_THAT(refusal("f", {{"obj", "../x"}}), HasSubstr("component"));
  EXPECT_THAT(refusal("f", {{"tid", "other"}}), HasSubstr("not present"));
  EXPECT_THAT(refusal("f", {{"colour", true}}), HasSubstr("colour"));
  EXPECT_THAT(objects(), IsEmpty());
}

TEST_F(Promote, AFileThatChangesIsNotPromoted) {
  write("f", std::string(3 << 20, 'x'));
  write("g", "short");
  struct stat before {};
  ASSERT_EQ(::stat((folders.root + "/f").c_str(), &before), 0);
  const auto folder = PromoteFolder::open(folders.root);
  const auto file = folder->open_below("f");
  ASSERT_TRUE(file);
  EXPECT_TRUE(unchanged(file->info, before));
  write("f", "other");
  struct stat after {};
  ASSERT_EQ(::stat((folders.root + "/f").c_str(), &after), 0);
  EXPECT_FALSE(unchanged(file->info, after));
  const Status kept = folder->remove_below("f", file->info);
  ASSERT_FALSE(kept);
  EXPECT_THAT(kept.error().message(), HasSubstr("was not deleted"));
}

/// What every job must do, from the SDK.
struct PromoteUnderContract {
  Folders folders;
  testing::FakeRegistrar registrar;
  testing::FakeHost host;
  PromoteSettings settings{registrar};

  BucketPtr prepare() {
    host.object_store.slow = true;
    registrar.set_option("roots", std::vector<std::string>{folders.root});
    for (int i = 0; i < 12; ++i) folders.write(folders.root + "/f" + std::to_string(i), "x");
    return host.bucket_store.add("b");
  }
  XactionKind kind() { return promote_kind(); }
  std::unique_ptr<Xaction> make() { return std::make_unique<PromoteXaction>(host, settings); }
  Values message() { return {{"src", folders.root}, {"ovw", true}}; }
};

}  // namespace
}  // namespace bryo::promote

namespace bryo::contract {
INSTANTIATE_TYPED_TEST_SUITE_P(Promote, XactionContract, promote::PromoteUnderContract);
}
