#include "store_fixture.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <thread>

namespace bryo::kernel::testing {
namespace {

/// Writers, readers and listers at once, in leaves so small that they split all the time.
class RaceTest : public StoreTest {
 protected:
  static constexpr int kWriters = 3;
  static constexpr int kReaders = 2;
  static constexpr int kNames = 60;   ///< of each writer
  static constexpr int kSteps = 500;  ///< of each writer

  void SetUp() override {
    leaf_names = 6;
    mountpath_count = 2;
    open();
  }
  StoreConfig config() const override {
    StoreConfig out = StoreTest::config();
    out.open_files = 40;  // evictions too
    return out;
  }
  static std::string name_of(int writer, int i) {
    return "k" + std::to_string(i * 7 % 61) + "-" + std::to_string(writer);
  }
  /// Content says which name and which step it belongs to, many times over: a mix of two versions would show.
  static std::string content_of(const std::string& name, int step) {
    std::string out;
    while (out.size() < 2000) out += name + "@" + std::to_string(step) + ";";
    return out;
  }
  static bool plausible(const std::string& content, const std::string& name) {
    const std::string first = content.substr(0, content.find(';') + 1);
    if (!first.starts_with(name + "@")) return false;
    for (std::size_t at = 0; at < content.size(); at += first.size()) {
      if (content.compare(at, first.size(), first) != 0) return false;
    }
    return true;
  }
};

TEST_F(RaceTest, EveryReaderSeesWholeVersionsAndEveryWriterItsOwnWrites) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  // These are never changed, so every listing must have them and every read must succeed.
  std::vector<std::string> permanent;
  for (int i = 0; i < 40; ++i) permanent.push_back("k" + std::to_string(i) + "-permanent");
  for (const std::string& name : permanent) ASSERT_TRUE(put(bucket, name, content_of(name, 0)));
  std::sort(permanent.begin(), permanent.end());

  std::vector<std::map<std::string, std::string>> models(kWriters);
  std::atomic<int> writing{kWriters};
  std::vector<std::thread> threads;
  for (int w = 0; w < kWriters; ++w) {
    threads.emplace_back([&, w] {
      std::mt19937 random(seed + static_cast<unsigned>(w));
      auto& model = models[static_cast<std::size_t>(w)];
      for (int step = 0; step < kSteps; ++step) {
        const std::string name = name_of(w, static_cast<int>(random() % kNames));
        if (random() % 4 == 0) {
          const Status removed = await(store->remove(bucket, name));
          EXPECT_EQ(removed.has_value(), model.erase(name) == 1) << name;
        } else {
          const std::string text = content_of(name, step);
          const auto stored = put(bucket, name, text);
          EXPECT_TRUE(stored) << stored.error().message();
          model[name] = text;
        }
        const auto expected = model.find(name);
        EXPECT_EQ(content(bucket, name),
                  expected == model.end() ? "ais://b/" + name + " does not exist" : expected->second);
      }
      --writing;
    });
  }
  for (int r = 0; r < kReaders; ++r) {
    threads.emplace_back([&, r] {
      std::mt19937 random(seed + 100 + static_cast<unsigned>(r));
      while (writing > 0) {
        const std::string& name = permanent[random() % permanent.size()];
        EXPECT_EQ(content(bucket, name), content_of(name, 0));
        const std::string other = name_of(static_cast<int>(random() % kWriters), static_cast<int>(random() % kNames));
        const std::string text = content(bucket, other);
        EXPECT_TRUE(plausible(text, other) || text == "ais://b/" + other + " does not exist") << text;
      }
    });
  }
  threads.emplace_back([&] {
    while (writing > 0) {
      const auto listed = names(bucket);
      EXPECT_TRUE(std::is_sorted(listed.begin(), listed.end()));
      EXPECT_EQ(std::adjacent_find(listed.begin(), listed.end()), listed.end());
      EXPECT_TRUE(std::includes(listed.begin(), listed.end(), permanent.begin(), permanent.end()));
    }
  });
  for (std::thread& thread : threads) thread.join();

  std::vector<std::string> expected = permanent;
  for (const auto& model : models) {
    for (const auto& [name, text] : model) {
      expected.push_back(name);
      EXPECT_EQ(content(bucket, name), text);
    }
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(names(bucket), expected);
  open();
  EXPECT_EQ(names(bucket), expected);
  EXPECT_EQ(log.text().find("could not be split"), std::string::npos) << log.text();
}

TEST_F(RaceTest, DroppingABucketUnderLoad) {
  std::atomic<bool> dropped{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const std::string name = "o" + std::to_string(i * 3 + t);
        const auto stored = put(bucket, name, name);
        if (!stored) {
          EXPECT_EQ(stored.error().message(), "bucket \"ais://b\" does not exist");
          EXPECT_TRUE(dropped);
          return;
        }
        const std::string text = content(bucket, name);
        EXPECT_TRUE(text == name || dropped) << text;
      }
    });
  }
  while (names(bucket).size() < 20) std::this_thread::yield();
  dropped = true;
  EXPECT_TRUE(store->drop_bucket_blocking(1));
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < mountpath_count; ++i) {
    EXPECT_TRUE(std::filesystem::is_empty(directory.path() + "/mp" + std::to_string(i) + "/objects"));
  }
}

}  // namespace
}  // namespace bryo::kernel::testing
