#include "store_fixture.h"

#include <kernel/runtime/sync_point.h>
#include <kernel/store/leaf_record.h>

#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <map>
#include <random>
#include <set>

namespace bryo::kernel::testing {
namespace {

class SplitTest : public StoreTest {
 protected:
  void SetUp() override {
    leaf_names = 8;
    open();
  }
  void put_all(const std::vector<std::string>& all) {
    for (const std::string& name : all) {
      ASSERT_TRUE(put(bucket, name, name)) << name;
      model.insert(name);
    }
  }
  /// Every object of the model is there and nothing else.
  void check() {
    EXPECT_EQ(names(bucket, {.limit = 100'000}), std::vector<std::string>(model.begin(), model.end()));
    for (const std::string& name : model) ASSERT_EQ(content(bucket, name), name);
  }
  [[nodiscard]] std::string bucket_directory() const { return directory.path() + "/mp0/objects/0000000000000001"; }
  /// Leaf directory -> names in it.
  [[nodiscard]] std::map<std::string, std::size_t> leaves() const {
    std::map<std::string, std::size_t> out;
    for (const auto& leaf : std::filesystem::directory_iterator(bucket_directory())) {
      std::size_t& count = out[leaf.path().filename()];
      for (const auto& file : std::filesystem::directory_iterator(leaf.path())) count += file.exists();
    }
    return out;
  }
  [[nodiscard]] Result<LeafRecord> record(const std::string& leaf) const {
    std::array<char, 4096> text{};
    const ssize_t size =
        ::getxattr((bucket_directory() + "/" + leaf).c_str(), kLeafAttribute, text.data(), text.size());
    return decode_leaf_record({text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))});
  }
  static std::string numbered(int i) {
    std::string digits = std::to_string(i);
    return "shard-" + std::string(6 - digits.size(), '0') + digits;
  }
  static std::vector<std::string> shuffled(int count, unsigned seed) {
    std::vector<std::string> all;
    for (int i = 0; i < count; ++i) all.push_back(numbered(i));
    std::shuffle(all.begin(), all.end(), std::mt19937(seed));
    return all;
  }

  std::set<std::string> model;
};

TEST_F(SplitTest, RandomNamesSpreadOverLeavesAndListInOrder) {
  put_all(shuffled(300, 1));
  check();
  for (const auto& [leaf, count] : leaves()) {
    EXPECT_LE(count, leaf_names) << leaf;
    const auto described = record(leaf);
    ASSERT_TRUE(described) << described.error().message();
    EXPECT_FALSE(described->filling);
  }
  EXPECT_GE(leaves().size(), 300 / leaf_names);
  open();
  check();
  EXPECT_EQ(log.text(), "");
}

TEST_F(SplitTest, AscendingNamesFillTheirLeaves) {
  leaf_names = 32;
  open();
  std::vector<std::string> all;
  for (int i = 0; i < 600; ++i) all.push_back(numbered(i));
  put_all(all);
  check();
  EXPECT_LE(leaves().size(), 600 / 30 + 1) << "each is nearly full";
}

TEST_F(SplitTest, DescendingNames) {
  std::vector<std::string> all;
  for (int i = 200; i > 0; --i) all.push_back(numbered(i));
  put_all(all);
  check();
}

TEST_F(SplitTest, NamesThatDifferOnlyFarBehind) {
  const std::string common(2000, 'c');
  std::vector<std::string> all;
  for (int i = 0; i < 60; ++i) all.push_back(common + "/" + numbered(i));
  std::shuffle(all.begin(), all.end(), std::mt19937(2));
  put_all(all);
  open();
  check();
}

TEST_F(SplitTest, NamesWithBytesOfEveryKind) {
  std::mt19937 random(3);
  for (int i = 0; i < 300; ++i) {
    std::string name(1 + random() % 4, '\0');
    for (char& c : name) c = "ab%~ \x01\x7f\xff"[random() % 8];
    put_all({name});
  }
  open();
  check();
}

// Readers take no lock, so a test can read in the middle of a split, on the thread that splits.
TEST_F(SplitTest, AtEveryStepEveryObjectIsReadableAndListed) {
  put_all(shuffled(8, 4));
  int steps = 0;
  const auto look = [&] {
    ++steps;
    for (const std::string& name : model) {
      // Not from the descriptor cache: through the directories.
      const auto page = store->list_blocking(*bucket, {.prefix = name});
      ASSERT_TRUE(page);
      ASSERT_EQ(page->entries.size(), 1u) << name;
      ASSERT_EQ(page->entries[0].size, name.size());
    }
    ASSERT_EQ(names(bucket), std::vector<std::string>(model.begin(), model.end()));
  };
  const ScopedSyncPoint described("store.leaf_described", look);
  const ScopedSyncPoint published("store.split_published", look);
  const ScopedFault moving("store.split_move", [&] { return look(), 0; });
  const ScopedSyncPoint moved("store.split_moved", look);
  model.insert("between");  // its file has its name before the split begins
  put_all({"between"});
  EXPECT_EQ(steps, 3 + 5);
  check();
}

// A reader that looked into the old leaf just before the name was moved looks again.
TEST_F(SplitTest, AReaderThatMissesBecauseOfASplitLooksAgain) {
  put_all(shuffled(8, 5));
  open();
  names(bucket);  // loads the leaves
  bool split = false;
  const std::string last = *model.rbegin();
  const ScopedFault before_open("store.open", [&] {
    if (!std::exchange(split, true)) put_all({"shard-5"});  // splits, while this reader holds the old table
    return 0;
  });
  EXPECT_EQ(content(bucket, last), last);
  EXPECT_EQ(leaves().size(), 2u);
}

// The same for a listing, between the two leaves of a split under way.
TEST_F(SplitTest, AListingDuringASplitMissesNothing) {
  put_all(shuffled(40, 6));
  bool again = false;
  const ScopedSyncPoint scanning("store.list_between_leaves", [&] {
    if (std::exchange(again, true)) return;
    for (int i = 0; i < 40; ++i) put_all({numbered(i) + "b"});
  });
  const auto listed = names(bucket);
  EXPECT_TRUE(std::is_sorted(listed.begin(), listed.end()));
  for (int i = 0; i < 40; ++i) {
    EXPECT_TRUE(std::binary_search(listed.begin(), listed.end(), numbered(i))) << i;
  }
}

// The process ends at each step of a split; the next start finishes it.
TEST_F(SplitTest, ACrashAtAnyStepLosesNothing) {
  struct Step {
    const char* point;
    int hits;
  };
  for (const Step& step : std::to_array<Step>({{"store.leaf_described", 1},
                                               {"store.split_published", 1},
                                               {"store.split_move", 1},
                                               {"store.split_move", 3},
                                               {"store.split_moved", 1},
                                               {"store.leaf_described", 4},
                                               {"store.split_move", 9}})) {
    store.reset();
    std::filesystem::remove_all(directory.path() + "/mp0");
    model.clear();
    int channel[2];
    ASSERT_EQ(::pipe(channel), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      open();
      int left = step.hits;
      const ScopedFault crash(step.point, [&] {
        if (--left == 0) ::_exit(9);
        return 0;
      });
      for (const std::string& name : shuffled(80, 7)) {
        if (!put(bucket, name, name)) ::_exit(1);
        if (::write(channel[1], name.data(), name.size()) != static_cast<ssize_t>(name.size())) ::_exit(2);
      }
      ::_exit(0);
    }
    ::close(channel[1]);
    std::string acknowledged;
    std::array<char, 4096> piece;
    for (ssize_t got = 0; (got = ::read(channel[0], piece.data(), piece.size())) > 0;) {
      acknowledged.append(piece.data(), static_cast<std::size_t>(got));
    }
    ::close(channel[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(WEXITSTATUS(status), 9) << step.point << " " << step.hits;
    for (std::size_t at = 0; at < acknowledged.size(); at += 12) model.insert(acknowledged.substr(at, 12));

    open();
    // The put that split had its name already: it is there, only nobody was told.
    const auto listed = names(bucket);
    for (const std::string& name : listed) {
      model.insert(name);
    }
    EXPECT_LE(model.size(), acknowledged.size() / 12 + 1);
    check();
    for (const auto& [leaf, count] : leaves()) {
      ASSERT_FALSE(leaf.starts_with(".")) << leaf;
      EXPECT_FALSE(record(leaf)->filling) << leaf;
    }
    put_all(shuffled(80, 8));
    check();
  }
  EXPECT_EQ(log.text(), "");
}

TEST_F(SplitTest, AFullDiskStopsTheSplitButNotTheDeletions) {
  put_all(shuffled(8, 9));
  int moves = 0;
  auto full = std::make_unique<ScopedFault>("store.split_move", [&] { return ++moves > 2 ? ENOSPC : 0; });
  put_all({"shard-000003x"});
  EXPECT_NE(log.text().find("warning: a leaf of the object tree could not be split"), std::string::npos) << log.text();
  check();
  const auto refused = put(bucket, "shard-000007x", "x");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Errc::OutOfSpace);
  EXPECT_TRUE(put(bucket, "shard-000000", "shard-000000")) << "the lower half is not concerned";
  for (const char* name : {"shard-000004", "shard-000007", "shard-000001"}) {
    EXPECT_TRUE(await(store->remove(bucket, name))) << name;
    model.erase(name);
  }
  check();
  full.reset();
  put_all({"shard-000007x"});
  check();
  open();
  check();
}

TEST_F(SplitTest, ASplitThatCannotStartIsTriedAgainLater) {
  put_all(shuffled(8, 10));
  {
    const ScopedFault full("store.create_leaf", ENOSPC);
    put_all({"a1", "a2", "a3"});
  }
  EXPECT_EQ(leaves().size(), 1u);
  put_all({"a4", "a5"});
  EXPECT_GT(leaves().size(), 1u);
  check();
}

TEST_F(SplitTest, EmptyLeavesGoAtTheNextStart) {
  put_all(shuffled(100, 11));
  for (int i = 0; i < 90; ++i) {
    ASSERT_TRUE(await(store->remove(bucket, numbered(i))));
    model.erase(numbered(i));
  }
  check();
  const std::size_t before = leaves().size();
  open();
  check();
  EXPECT_LT(leaves().size(), before / 2);
  put_all(shuffled(100, 12));
  open();
  check();
}

TEST_F(SplitTest, ALeafWithoutItsRecordIsAnErrorThatNamesIt) {
  put_all(shuffled(20, 13));
  store.reset();
  const std::string leaf = bucket_directory() + "/00000002";
  ASSERT_EQ(::setxattr(leaf.c_str(), kLeafAttribute, "1 0 ready 0 x", 13, 0), 0);
  open();
  EXPECT_EQ(content(bucket, numbered(0)),
            "directory " + leaf +
                ": damaged attribute user.bryo.leaf: its checksum does not match; restore the extended attributes, or "
                "move the directory away");
  EXPECT_EQ(names(bucket).front().substr(0, 10), "directory ");
  ASSERT_EQ(::removexattr(leaf.c_str(), kLeafAttribute), 0);
  EXPECT_EQ(content(bucket, numbered(0)),
            "directory " + leaf +
                " has no readable attribute user.bryo.leaf (No data available): restore the extended attributes, or "
                "move the directory away");
}

TEST_F(SplitTest, TwoLeavesOfTheSameNamesAreAnError) {
  put_all(shuffled(20, 14));
  store.reset();
  const std::string copy = bucket_directory() + "/00000abc";
  std::filesystem::create_directory(copy);
  const std::string same = encode_leaf_record(*record("00000002"));
  ASSERT_EQ(::setxattr(copy.c_str(), kLeafAttribute, same.data(), same.size(), 0), 0);
  open();
  EXPECT_EQ(names(bucket).front(), "two directories claim the same names: " + bucket_directory() + "/00000002 and " +
                                       bucket_directory() + "/00000abc; move the wrong one away");
}

}  // namespace
}  // namespace bryo::kernel::testing
