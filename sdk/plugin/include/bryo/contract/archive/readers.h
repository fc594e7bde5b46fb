#pragma once

/// What the reader of every archive format must do: its index, extraction of members, and taps.

#include <bryo/contract/archive/fixture.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace bryo::contract {

TYPED_TEST_P(ArchiveContract, TheFirstOfEqualNamesWins) {
  const SharedArchive archive(this->archive_of({{"same", "first"}, {"other", "x"}, {"same", "second one"}}));
  const auto index = this->index(archive);
  ASSERT_TRUE(index);
  EXPECT_EQ(*this->read(archive, **index, "same"), "first");
}
TYPED_TEST_P(ArchiveContract, OneLeadingSlashDoesNotMatter) {
  const SharedArchive archive(this->archive_of({{"/rooted", "1"}, {"plain", "2"}}));
  const auto index = this->index(archive);
  ASSERT_TRUE(index);
  for (const auto* name : {"/rooted", "rooted"}) EXPECT_EQ(*this->read(archive, **index, name), "1") << name;
  for (const auto* name : {"/plain", "plain"}) EXPECT_EQ(*this->read(archive, **index, name), "2") << name;
  EXPECT_FALSE((*index)->find("//plain"));
}
TYPED_TEST_P(ArchiveContract, MembersComeInArchiveOrderUntilEnough) {
  const SharedArchive archive(this->archive_of({{"z", "1"}, {"a", "2"}, {"m", "3"}}));
  const auto index = this->index(archive);
  ASSERT_TRUE(index);
  std::vector<std::string> names;
  (*index)->for_each([&](const Member& member) {
    EXPECT_EQ((*index)->find(member.name)->size, member.size);
    names.emplace_back(member.name);
    return names.size() < 2;
  });
  EXPECT_EQ(names, (std::vector<std::string>{"z", "a"}));
}
TYPED_TEST_P(ArchiveContract, WhatIsNotThereIsNotFound) {
  const SharedArchive archive(this->archive_of(this->three()));
  const auto index = this->index(archive);
  ASSERT_TRUE(index);
  for (const std::string name : {"", "/", "nope", "secon", "second/", "a", "a/", "A/FIRST"}) {
    EXPECT_FALSE((*index)->find(name)) << name;
    EXPECT_TRUE((*index)->why_missing(name)) << "the archive is whole";
  }
  EXPECT_FALSE((*index)->find(std::string(1 << 20, 'x')));
}
/// The node bounds the index of one archive: the sink's refusal comes back as it is.
TYPED_TEST_P(ArchiveContract, AnIndexThatIsFullEndsThePass) {
  NamedContents many;
  for (int i = 0; i < 200; ++i) many.emplace_back("m" + std::to_string(i), "x");
  const SharedArchive archive(this->archive_of(many));
  const auto refused = testing::index_of(*this->format.reader, archive, this->kLabel, 100);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Errc::TooLarge) << refused.error().message();
}
TYPED_TEST_P(ArchiveContract, TheIndexOutlivesNothingButItself) {
  std::unique_ptr<testing::MemoryMembers> kept;
  {
    const SharedArchive archive(this->archive_of(this->three()));
    kept = *this->index(archive);
  }
  EXPECT_EQ(kept->find("third.bin")->size, 3'000u);
}

/// Several members in one call, as a batch asks for them.
TYPED_TEST_P(ArchiveContract, ExtractsAnyMembersInArchiveOrder) {
  NamedContents contents;
  for (unsigned i = 0; i < 60; ++i) contents.emplace_back("m" + std::to_string(i), this->text(i * i * 40, i));
  const SharedArchive archive(this->archive_of(contents));
  const auto index = this->index(archive);
  ASSERT_TRUE(index);
  for (const std::size_t step : {1u, 2u, 7u, 59u}) {
    std::vector<MemberPart> wanted;
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < contents.size(); i += step) {
      const Member member = *(*index)->find(contents[i].first);
      if (member.stored) continue;  // nothing to decode
      wanted.push_back(whole(member));
      expected.push_back(contents[i].second);
    }
    if (wanted.empty()) return;
    std::vector<std::string> got(wanted.size());
    const auto keep = [&](std::size_t i, BytesView bytes) -> Status {
      EXPECT_LT(i, got.size());
      got.at(i).append(as_text(bytes));
      return {};
    };
    const Status done = this->format.reader->extract(archive, this->kLabel, **index, wanted, keep);
    ASSERT_TRUE(done) << done.error().message();
    for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_EQ(got[i], expected[i]) << wanted[i].member.name;
  }
}
/// Ranges: of one member also several, which overlap.
TYPED_TEST_P(ArchiveContract, ExtractsParts) {
  const std::string content = this->text(300'000, 2);
  const SharedArchive archive(this->archive_of({{"a", content}, {"b", content}}));
  const auto index = this->index(archive);
  ASSERT_TRUE(index);
  const Member a = *(*index)->find("a");
  const Member b = *(*index)->find("b");
  if (a.stored) return;
  const std::uint64_t size = content.size();
  const std::vector<MemberPart> wanted{{a, 0, 1},      {a, 0, 0},        {a, 100'000, 70'000},
                                       {a, 99'999, 2}, {a, size - 1, 1}, {b, size, 0},
                                       {b, 0, size},   {b, 1, size - 1}, {b, 123'456, 7'890}};
  std::vector<std::string> got(wanted.size());
  const auto keep = [&](std::size_t i, BytesView bytes) -> Status {
    got.at(i).append(as_text(bytes));
    return {};
  };
  const Status done = this->format.reader->extract(archive, this->kLabel, **index, wanted, keep);
  ASSERT_TRUE(done) << done.error().message();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_EQ(got[i], content.substr(wanted[i].offset, wanted[i].length)) << i;
  }
}
TYPED_TEST_P(ArchiveContract, ExtractOfNothingDoesNothing) {
  const SharedArchive archive(this->archive_of(this->three()));
  const auto index = this->index(archive);
  ASSERT_TRUE(index);
  const auto fail = [](std::size_t, BytesView) -> Status {
    ADD_FAILURE();
    return {};
  };
  (void)this->format.reader->extract(archive, this->kLabel, **index, {}, fail);
}
/// The caller has gone away: its refusal ends the work and comes back as it is.
TYPED_TEST_P(ArchiveContract, ExtractEndsWhenItsSinkRefuses) {
  const SharedArchive archive(this->archive_of({{"large", this->text(4 << 20, 2)}, {"next", "x"}}));
  const auto index = this->index(archive);
  ASSERT_TRUE(index);
  const auto member = (*index)->find("large");
  if (member->stored) return;
  const MemberPart all = whole(*member);
  int calls = 0;
  const auto refuse = [&](std::size_t, BytesView) -> Status {
    ++calls;
    return Error(Errc::Cancelled, "the client is gone");
  };
  const Status done = this->format.reader->extract(archive, this->kLabel, **index, {&all, 1}, refuse);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), Errc::Cancelled);
  EXPECT_EQ(calls, 1);
}
TYPED_TEST_P(ArchiveContract, ManyThreadsReadAtOnce) {
  NamedContents contents;
  for (unsigned i = 0; i < 50; ++i) contents.emplace_back("m" + std::to_string(i), this->text(i * 777, i));
  const SharedArchive archive(this->archive_of(contents));
  const auto shared = this->index(archive);
  ASSERT_TRUE(shared);
  std::atomic<int> wrong{0};
  const auto work = [&](unsigned salt) {
    const auto own = testing::index_of(*this->format.reader, archive, this->kLabel);
    for (unsigned i = 0; i < 100; ++i) {
      const auto& [name, content] = contents[(i * 7 + salt) % contents.size()];
      const auto got = this->read(archive, i % 2 == 0 ? **own : **shared, name);
      if (!got || *got != content) ++wrong;
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 4; ++i) threads.emplace_back(work, i);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

/// The pass that indexes an archive hands over what is wanted of it. Formats that decode nothing do not ask.
TYPED_TEST_P(ArchiveContract, ATapGetsWhatItWants) {
  NamedContents contents{{"empty", ""}, {"large", this->text(3 << 20, 2)}, {"zeros", std::string(1 << 20, '\0')}};
  for (unsigned i = 0; i < 100; ++i) contents.emplace_back("m" + std::to_string(i), this->text(i * i * 7, i));
  const SharedArchive archive(this->archive_of(contents));
  for (const std::size_t every : {1u, 2u, 7u, 1000u}) {
    KeepingTap tap;
    tap.every = every;
    const auto index = testing::index_of(*this->format.reader, archive, this->kLabel, ~std::size_t{0}, &tap);
    ASSERT_TRUE(index);
    EXPECT_EQ((*index)->size(), contents.size());
    if (tap.asked == 0) return;
    EXPECT_EQ(tap.asked, contents.size());
    EXPECT_LE(tap.longest, std::size_t{4} << 20) << "pieces bound the memory of the caller";
    ASSERT_EQ(tap.taken.size(), (contents.size() + every - 1) / every);
    for (std::size_t i = 0; i < tap.taken.size(); ++i) {
      EXPECT_EQ(tap.taken[i].name, contents[i * every].first);
      EXPECT_TRUE(tap.taken[i].content == contents[i * every].second) << tap.taken[i].name;
      const auto member = (*index)->find(tap.taken[i].name);
      ASSERT_TRUE(member);
      EXPECT_EQ(member->offset, tap.taken[i].offset);
      EXPECT_FALSE(member->stored);
    }
  }
}
TYPED_TEST_P(ArchiveContract, ATapIsToldNothingWrong) {
  const unsigned seed = this->seed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::minstd_rand random(seed);
  const std::string whole =
      this->archive_of({{"a", this->text(40'000)}, {"b", this->text(700, 2)}, {"c", ""}, {"d", this->text(3'000, 2)}});
  for (int i = 0; i < 300; ++i) {
    std::string bytes = whole;
    for (auto n = 1 + random() % 3; n > 0; --n) bytes[random() % bytes.size()] = static_cast<char>(random() >> 8);
    this->expect_tap_tells_nothing_wrong(bytes);
    this->expect_tap_tells_nothing_wrong(whole.substr(0, random() % whole.size()));
  }
}

}  // namespace bryo::contract
