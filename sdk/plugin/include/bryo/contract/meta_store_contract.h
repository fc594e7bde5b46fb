#pragma once

/// What every meta store must do, as a suite of GoogleTest. A subject opens the store, again and again on the same
/// data:
///
///   struct Subject {                              // default constructible, one for each case, on no data
///     std::unique_ptr<bryo::MetaStore> open();    // the one before was destroyed, as a crash would
///   };
///   namespace bryo::contract {
///   INSTANTIATE_TYPED_TEST_SUITE_P(Mine, MetaStoreContract, Subject);
///   }

#include <bryo/testing.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace bryo::contract {

template <class Subject>
class MetaStoreContract : public ::testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    store.reset();
    store = subject.open();
    ASSERT_NE(store, nullptr);
  }
  /// The new revision; 0 and a failed case when it is refused.
  std::uint64_t put(const std::string& key, const std::string& value, std::uint64_t expected = 0) {
    const auto revision = testing::run(store->put(key, value, expected));
    EXPECT_TRUE(revision) << revision.error().message();
    return revision ? *revision : 0;
  }
  Errc put_error(const std::string& key, const std::string& value, std::uint64_t expected) {
    const auto revision = testing::run(store->put(key, value, expected));
    if (revision) {
      ADD_FAILURE() << "was written, as revision " << *revision;
      return Errc::Internal;
    }
    EXPECT_FALSE(revision.error().message().empty());
    return revision.error().code();
  }
  std::string get(const std::string& key) {
    const auto entry = testing::run(store->get(key));
    if (!entry) return "<" + entry.error().message() + ">";
    if (!*entry) return "<none>";
    EXPECT_EQ((*entry)->key, key);
    return (*entry)->value;
  }
  std::uint64_t revision(const std::string& key) {
    const auto entry = testing::run(store->get(key));
    return entry && *entry ? (*entry)->revision : 0;
  }
  std::vector<std::pair<std::string, std::string>> list(const std::string& prefix) {
    std::vector<std::pair<std::string, std::string>> out;
    const auto entries = testing::run(store->list(prefix));
    EXPECT_TRUE(entries) << entries.error().message();
    if (!entries) return out;
    for (const auto& entry : *entries) out.emplace_back(entry.key, entry.value);
    return out;
  }
  using Listed = std::vector<std::pair<std::string, std::string>>;

  Subject subject;
  std::unique_ptr<MetaStore> store;
};
TYPED_TEST_SUITE_P(MetaStoreContract);

TYPED_TEST_P(MetaStoreContract, AnEmptyStoreHoldsNothing) {
  EXPECT_EQ(this->get("a"), "<none>");
  EXPECT_EQ(this->get(""), "<none>");
  EXPECT_TRUE(this->list("").empty());
}
TYPED_TEST_P(MetaStoreContract, WhatWasPutIsThere) {
  const auto revision = this->put("bucket/a", "one");
  EXPECT_GT(revision, 0u) << "0 stands for a key that is not there";
  EXPECT_EQ(this->get("bucket/a"), "one");
  EXPECT_EQ(this->revision("bucket/a"), revision);
}
TYPED_TEST_P(MetaStoreContract, RevisionsGrowOverTheWholeStore) {
  const auto a = this->put("a", "1");
  const auto b = this->put("b", "1");
  const auto again = this->put("a", "2", a);
  EXPECT_LT(a, b);
  EXPECT_LT(b, again);
  EXPECT_EQ(this->revision("b"), b) << "a write to another key leaves it";
}
TYPED_TEST_P(MetaStoreContract, TheSameValueIsANewRevision) {
  const auto first = this->put("a", "same");
  EXPECT_GT(this->put("a", "same", first), first);
}
TYPED_TEST_P(MetaStoreContract, ZeroMeansMustNotExist) {
  this->put("a", "first");
  EXPECT_EQ(this->put_error("a", "second", 0), Errc::Conflict);
  EXPECT_EQ(this->get("a"), "first");
}
TYPED_TEST_P(MetaStoreContract, AnotherRevisionIsAConflictAndChangesNothing) {
  const auto first = this->put("a", "1");
  const auto second = this->put("a", "2", first);
  for (const auto wrong : {first, second + 1, std::uint64_t{0}, ~std::uint64_t{0}}) {
    EXPECT_EQ(this->put_error("a", "3", wrong), Errc::Conflict) << wrong;
  }
  EXPECT_EQ(this->get("a"), "2");
  EXPECT_EQ(this->revision("a"), second);
}
TYPED_TEST_P(MetaStoreContract, AKeyThatIsNotThereHasNoRevision) {
  EXPECT_EQ(this->put_error("a", "1", 1), Errc::Conflict);
  EXPECT_EQ(this->get("a"), "<none>");
}
TYPED_TEST_P(MetaStoreContract, EraseNeedsTheRevision) {
  const auto first = this->put("a", "1");
  const auto second = this->put("a", "2", first);
  const Status stale = testing::run(this->store->erase("a", first));
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().code(), Errc::Conflict);
  EXPECT_EQ(this->get("a"), "2");
  EXPECT_TRUE(testing::run(this->store->erase("a", second)));
  EXPECT_EQ(this->get("a"), "<none>");
  EXPECT_TRUE(this->list("").empty());
}
TYPED_TEST_P(MetaStoreContract, EraseOfWhatIsNotThereIsNoSurprise) {
  const Status wrong = testing::run(this->store->erase("a", 7));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code(), Errc::Conflict);
}
TYPED_TEST_P(MetaStoreContract, ErasedKeysComeBackWithNewRevisions) {
  const auto before = this->put("a", "1");
  ASSERT_TRUE(testing::run(this->store->erase("a", before)));
  const auto after = this->put("a", "2", 0);
  EXPECT_GT(after, before) << "who kept the old revision would take the new value for the old one";
  EXPECT_EQ(this->put_error("a", "3", before), Errc::Conflict);
}
TYPED_TEST_P(MetaStoreContract, ListTakesAPrefixInKeyOrder) {
  for (const auto* key : {"b", "a/2", "a/10", "a", "a/", "ab", "a/1/x", "A/1"}) this->put(key, std::string("=") + key);
  EXPECT_EQ(this->list("a/"),
            (typename TestFixture::Listed{{"a/", "=a/"}, {"a/1/x", "=a/1/x"}, {"a/10", "=a/10"}, {"a/2", "=a/2"}}));
  EXPECT_EQ(this->list("ab").size(), 1u);
  EXPECT_EQ(this->list("").size(), 8u);
  EXPECT_TRUE(this->list("zzz").empty());
  EXPECT_TRUE(this->list("a/1/x/y").empty());
}
TYPED_TEST_P(MetaStoreContract, OrderIsBytewise) {
  for (const std::string key : {"\xff", "\x7f", "a", "Z", "\xc3\xbc", "~", "!"}) this->put(key, "");
  const auto listed = this->list("");
  std::set<std::string> expected{"\xff", "\x7f", "a", "Z", "\xc3\xbc", "~", "!"};
  ASSERT_EQ(listed.size(), expected.size());
  const auto bytewise = [](const auto& a, const auto& b) {
    return std::lexicographical_compare(
        a.first.begin(), a.first.end(), b.first.begin(), b.first.end(),
        [](char x, char y) { return static_cast<unsigned char>(x) < static_cast<unsigned char>(y); });
  };
  EXPECT_TRUE(std::is_sorted(listed.begin(), listed.end(), bytewise));
}
TYPED_TEST_P(MetaStoreContract, ListedRevisionsCanBeUsed) {
  this->put("k/1", "a");
  this->put("k/2", "b");
  const auto entries = testing::run(this->store->list("k/"));
  ASSERT_TRUE(entries);
  for (const auto& entry : *entries) EXPECT_GT(this->put(entry.key, entry.value + "!", entry.revision), entry.revision);
  EXPECT_EQ(this->get("k/2"), "b!");
}
TYPED_TEST_P(MetaStoreContract, KeysAndValuesOfAllBytes) {
  std::string every;
  for (int c = 0; c < 256; ++c) every.push_back(static_cast<char>(c));
  this->put("value", every);
  EXPECT_EQ(this->get("value"), every);
  for (const std::string key : {"with blank", "line\nfeed", "quote\"", "../../etc/passwd", "/rooted", "a//b",
                                "\xff\xfe", "%2f", "{json}", "current", "lock"}) {
    this->put(key, key);
    EXPECT_EQ(this->get(key), key);
  }
}
TYPED_TEST_P(MetaStoreContract, EmptyValues) {
  this->put("empty", "");
  EXPECT_EQ(this->get("empty"), "");
  EXPECT_EQ(this->list("e"), (typename TestFixture::Listed{{"empty", ""}}));
}
TYPED_TEST_P(MetaStoreContract, HugeKeys) {
  const std::string key(2'100, 'k');  // a bucket's name with its namespace, and then some
  this->put(key, "x");
  EXPECT_EQ(this->get(key), "x");
  EXPECT_EQ(this->get(key.substr(1)), "<none>");
}
TYPED_TEST_P(MetaStoreContract, ValuesOfOneMebibyte) {
  const std::string large(1 << 20, 'v');
  this->put("large", large);
  EXPECT_EQ(this->get("large"), large);
}
TYPED_TEST_P(MetaStoreContract, WhatIsTooLargeIsRefusedOrKept) {
  const std::string value(64 << 20, 'v');
  const auto revision = testing::run(this->store->put("huge", value, 0));
  if (revision) {
    EXPECT_EQ(this->get("huge"), value);
  } else {
    EXPECT_EQ(this->get("huge"), "<none>");
    this->put("next", "fine");
  }
}
TYPED_TEST_P(MetaStoreContract, ManyKeys) {
  std::map<std::string, std::string> model;
  for (int i = 0; i < 200; ++i) {
    const std::string key = "bucket/" + std::to_string(i * 7919 % 1000);
    model[key] = std::to_string(i);
    this->put(key, std::to_string(i), this->revision(key));
  }
  EXPECT_EQ(this->list("bucket/"), (typename TestFixture::Listed(model.begin(), model.end())));
}
TYPED_TEST_P(MetaStoreContract, RandomChangesAgainstAModel) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::minstd_rand random(seed);
  std::map<std::string, std::string> model;
  for (int i = 0; i < 150; ++i) {
    const std::string key = std::string(1, static_cast<char>('a' + random() % 4)) + std::to_string(random() % 4);
    const auto at = this->revision(key);
    EXPECT_EQ(at != 0, model.contains(key));
    if (random() % 4 == 0 && at != 0) {
      EXPECT_TRUE(testing::run(this->store->erase(key, at)));
      model.erase(key);
    } else {
      model[key] = std::to_string(i);
      this->put(key, std::to_string(i), at);
    }
    if (i % 50 == 49) this->reopen();
  }
  EXPECT_EQ(this->list(""), (typename TestFixture::Listed(model.begin(), model.end())));
}
TYPED_TEST_P(MetaStoreContract, EverythingIsThereAfterARestart) {
  const auto a = this->put("a", "1");
  const auto gone = this->put("gone", "x");
  const auto b = this->put("b", "2");
  ASSERT_TRUE(testing::run(this->store->erase("gone", gone)));
  this->reopen();
  EXPECT_EQ(this->get("a"), "1");
  EXPECT_EQ(this->revision("a"), a);
  EXPECT_EQ(this->revision("b"), b);
  EXPECT_EQ(this->get("gone"), "<none>");
}
TYPED_TEST_P(MetaStoreContract, RevisionsGrowAcrossARestart) {
  const auto last = this->put("gone", "x");
  ASSERT_TRUE(testing::run(this->store->erase("gone", last)));
  this->reopen();
  EXPECT_GT(this->put("new", "y"), last);
}
TYPED_TEST_P(MetaStoreContract, AnAnswerIsTheCallersOwn) {
  this->put("a", "before");
  const auto entries = testing::run(this->store->list(""));
  const auto entry = testing::run(this->store->get("a"));
  this->put("a", "after", this->revision("a"));
  EXPECT_EQ(entries->front().value, "before");
  EXPECT_EQ((*entry)->value, "before");
}
/// Of those who compare and swap at once, one wins each round, and nothing is lost.
TYPED_TEST_P(MetaStoreContract, ManyThreadsCount) {
  constexpr int kThreads = 4;
  constexpr int kEach = 10;
  this->put("count", "0");
  std::atomic<int> failures{0};
  const auto work = [&] {
    for (int done = 0; done < kEach;) {
      const auto entry = testing::run(this->store->get("count"));
      if (!entry || !*entry) {
        ++failures;
        return;
      }
      const auto next = std::to_string(std::stoi((*entry)->value) + 1);
      const auto written = testing::run(this->store->put("count", next, (*entry)->revision));
      if (written) ++done;
      if (!written && written.error().code() != Errc::Conflict) ++failures;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(this->get("count"), std::to_string(kThreads * kEach));
}
/// A listing is of one revision: a writer that always changes the first key before the second is never seen half-way.
TYPED_TEST_P(MetaStoreContract, AListIsOfOneMoment) {
  this->put("pair/1", "0");
  this->put("pair/2", "0");
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 1; i <= 30 && !stop; ++i) {
      for (const std::string key : {"pair/1", "pair/2"}) {
        const auto entry = testing::run(this->store->get(key));
        (void)testing::run(this->store->put(key, std::to_string(i), (*entry)->revision));
      }
    }
    stop = true;
  });
  while (!stop) {
    const auto listed = this->list("pair/");
    if (listed.size() != 2) {
      ADD_FAILURE() << listed.size();
      break;
    }
    const int first = std::stoi(listed[0].second);
    const int second = std::stoi(listed[1].second);
    EXPECT_TRUE(first == second || first == second + 1) << first << " " << second;
  }
  stop = true;
  writer.join();
}

REGISTER_TYPED_TEST_SUITE_P(MetaStoreContract, AnEmptyStoreHoldsNothing, WhatWasPutIsThere,
                            RevisionsGrowOverTheWholeStore, TheSameValueIsANewRevision, ZeroMeansMustNotExist,
                            AnotherRevisionIsAConflictAndChangesNothing, AKeyThatIsNotThereHasNoRevision,
                            EraseNeedsTheRevision, EraseOfWhatIsNotThereIsNoSurprise,
                            ErasedKeysComeBackWithNewRevisions, ListTakesAPrefixInKeyOrder, OrderIsBytewise,
                            ListedRevisionsCanBeUsed, KeysAndValuesOfAllBytes, EmptyValues, HugeKeys,
                            ValuesOfOneMebibyte, WhatIsTooLargeIsRefusedOrKept, ManyKeys, RandomChangesAgainstAModel,
                            EverythingIsThereAfterARestart, RevisionsGrowAcrossARestart, AnAnswerIsTheCallersOwn,
                            ManyThreadsCount, AListIsOfOneMoment);

}  // namespace bryo::contract
