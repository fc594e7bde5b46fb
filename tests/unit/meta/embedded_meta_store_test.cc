#include <gtest/gtest.h>

#include <kernel/meta/embedded_meta_store.h>
#include <kernel/runtime/sync_point.h>
#include <tests/unit/store/fakes.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

namespace bryo::kernel::testing {
namespace {

class EmbeddedMetaStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    store.reset();
    auto opened = EmbeddedMetaStore::open(directory.path(), pool, log);
    ASSERT_TRUE(opened) << opened.error().message();
    store = std::move(*opened);
  }
  std::string open_error() {
    store.reset();
    auto opened = EmbeddedMetaStore::open(directory.path(), pool, log);
    return opened ? "opened" : opened.error().message();
  }
  std::uint64_t put(const std::string& key, const std::string& value, std::uint64_t expected) {
    auto revision = await(store->put(key, value, expected));
    EXPECT_TRUE(revision) << revision.error().message();
    return revision ? *revision : 0;
  }
  std::string get(const std::string& key) {
    auto entry = await(store->get(key));
    return entry && *entry ? (*entry)->value : "(none)";
  }
  [[nodiscard]] std::string file(const std::string& name) const { return directory.path() + "/meta/" + name; }
  void damage(const std::string& name) const {
    std::fstream out(file(name), std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(20);
    out.put('#');
  }

  TemporaryDirectory directory;
  InlinePool pool;
  MemoryLog log;
  std::unique_ptr<EmbeddedMetaStore> store;
};

TEST_F(EmbeddedMetaStoreTest, RevisionsGrowOverTheWholeStore) {
  EXPECT_EQ(put("a", "1", 0), 1u);
  EXPECT_EQ(put("b", "1", 0), 2u);
  EXPECT_EQ(put("a", "2", 1), 3u);
  EXPECT_EQ(get("a"), "2");
  EXPECT_EQ(get("c"), "(none)");
}

TEST_F(EmbeddedMetaStoreTest, APutAgainstAnotherRevisionIsAConflict) {
  put("a", "1", 0);
  for (const std::uint64_t expected : {0u, 2u}) {
    const auto result = await(store->put("a", "2", expected));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), Errc::Conflict);
  }
  const auto missing = await(store->put("none", "2", 7));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message(), "metadata \"none\" was changed in the meantime (revision 0, expected 7)");
  EXPECT_EQ(get("a"), "1");
}

TEST_F(EmbeddedMetaStoreTest, EraseNeedsTheRevisionToo) {
  const std::uint64_t revision = put("a", "1", 0);
  EXPECT_EQ(await(store->erase("a", revision + 1)).error().code(), Errc::Conflict);
  EXPECT_TRUE(await(store->erase("a", revision)));
  EXPECT_EQ(get("a"), "(none)");
  EXPECT_TRUE(await(store->erase("a", 0)));
  EXPECT_EQ(put("a", "again", 0), revision + 2) << "a revision is not used twice";
}

TEST_F(EmbeddedMetaStoreTest, ListTakesAPrefixInKeyOrder) {
  for (const char* key : {"b/2", "b/1", "a", "c", "b"}) put(key, key, 0);
  const auto entries = await(store->list("b/"));
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].key, "b/1");
  EXPECT_EQ((*entries)[1].key, "b/2");
  EXPECT_EQ(await(store->list(""))->size(), 5u);
}

TEST_F(EmbeddedMetaStoreTest, EverythingIsThereAfterARestart) {
  put("a", std::string("b\0c", 3), 0);
  const std::uint64_t revision = put("d", "e", 0);
  open();
  EXPECT_EQ(get("a"), std::string("b\0c", 3));
  EXPECT_EQ(put("d", "f", revision), revision + 1);
}

TEST_F(EmbeddedMetaStoreTest, AValueTooLargeIsRefusedBeforeItIsWritten) {
  const auto result = await(store->put("a", std::string(EmbeddedMetaStore::kMaxValue + 1, 'x'), 0));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), Errc::TooLarge);
  put("a", std::string(EmbeddedMetaStore::kMaxValue, 'x'), 0);
}

TEST_F(EmbeddedMetaStoreTest, AFullDiskChangesNothing) {
  put("a", "1", 0);
  {
    const ScopedFault fault("meta.write", ENOSPC);
    const auto result = await(store->put("a", "2", 1));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), Errc::OutOfSpace);
  }
  EXPECT_EQ(get("a"), "1");
  open();
  EXPECT_EQ(get("a"), "1");
  put("a", "2", 1);
}

TEST_F(EmbeddedMetaStoreTest, ADamagedGenerationFallsBackToTheOneBefore) {
  put("a", "1", 0);
  put("a", "2", 1);
  store.reset();
  damage("current");
  open();
  EXPECT_EQ(get("a"), "1");
  EXPECT_NE(log.text().find("error: the newest metadata cannot be used; the generation before it is"),
            std::string::npos)
      << log.text();
  EXPECT_TRUE(std::filesystem::exists(file("damaged")));
  put("a", "3", 1);
  open();
  EXPECT_EQ(get("a"), "3");
}

TEST_F(EmbeddedMetaStoreTest, AMissingNewestGenerationFallsBackToo) {
  put("a", "1", 0);
  put("a", "2", 1);
  std::filesystem::remove(file("current"));
  open();
  EXPECT_EQ(get("a"), "1");
}

TEST_F(EmbeddedMetaStoreTest, TwoDamagedGenerationsStopTheStart) {
  put("a", "1", 0);
  put("a", "2", 1);
  damage("current");
  damage("previous");
  EXPECT_EQ(open_error(),
            "metadata file " + file("current") +
                " is damaged (its checksum does not match), and there is no good file \"previous\" beside "
                "it: restore " +
                directory.path() + "/meta from a backup");
}

TEST_F(EmbeddedMetaStoreTest, ANewerFormatIsNotTouched) {
  put("a", "1", 0);
  put("a", "2", 1);
  std::ofstream(file("current")) << "bryo-meta 7 x\n";
  EXPECT_EQ(open_error(), "metadata file " + file("current") +
                              " is written in format 7 by a newer version of Bryo: run that version, or restore a "
                              "backup");
  EXPECT_FALSE(std::filesystem::exists(file("damaged")));
}

TEST_F(EmbeddedMetaStoreTest, ASecondNodeIsRefused) {
  const auto second = EmbeddedMetaStore::open(directory.path(), pool, log);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message(), "metadata directory " + directory.path() +
                                          "/meta is in use: another node runs on it; stop it, or give this one another "
                                          "data_dir");
}

// The process ends at each step of a change. The store then has the document before it or after it, and goes on.
TEST_F(EmbeddedMetaStoreTest, ACrashAtAnyStepLeavesOneGeneration) {
  put("a", "1", 0);
  put("a", "2", 1);
  std::uint64_t revision = 2;
  for (const char* step : {"meta.written", "meta.previous_removed", "meta.previous_linked", "meta.renamed"}) {
    store.reset();
    const pid_t child = ::fork();
    if (child == 0) {
      auto opened = EmbeddedMetaStore::open(directory.path(), pool, log);
      const ScopedSyncPoint crash(step, [] { ::_exit(9); });
      auto ignored = await((*opened)->put("a", "crashed", revision));
      ::_exit(ignored ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(WEXITSTATUS(status), 9) << step;
    open();
    const auto entry = await(store->get("a"));
    ASSERT_TRUE(entry && *entry);
    EXPECT_EQ((*entry)->value, std::string_view(step) == "meta.renamed" ? "crashed" : "2") << step;
    revision = put("a", "2", (*entry)->revision);
  }
  EXPECT_EQ(log.text(), "") << "nothing was damaged";
}

}  // namespace
}  // namespace bryo::kernel::testing
