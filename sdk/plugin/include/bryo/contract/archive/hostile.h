#pragma once

/// What every archive format must do with archives that are damaged, cut, made up, or on a broken disk.

#include <bryo/contract/archive/fixture.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace bryo::contract {

TYPED_TEST_P(ArchiveContract, AnEmptyObject) { this->expect_survives(""); }
TYPED_TEST_P(ArchiveContract, ZerosAndOnes) {
  for (const std::size_t size : {1u, 22u, 511u, 512u, 513u, 1024u, 100'000u}) {
    this->expect_survives(std::string(size, '\0'));
    this->expect_survives(std::string(size, '\xff'));
    this->expect_survives(std::string(size, 'A'));
  }
}
TYPED_TEST_P(ArchiveContract, RandomBytes) {
  const unsigned seed = this->seed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::minstd_rand random(seed);
  for (int i = 0; i < 200; ++i) {
    std::string bytes = this->text(random() % 3'000, static_cast<unsigned>(random()) | 1u);
    for (const auto& magic : this->format.spec.magic) {
      if (magic.offset + magic.bytes.size() <= bytes.size()) {
        bytes.replace(magic.offset, magic.bytes.size(), magic.bytes);
      }
    }
    this->expect_survives(bytes);
  }
}
TYPED_TEST_P(ArchiveContract, CutAnywhereItKeepsWhatIsWhole) {
  const auto members = this->three();
  const std::string whole = this->archive_of(members);
  const std::size_t step = std::max<std::size_t>(1, whole.size() / 400);
  for (std::size_t cut = 0; cut < whole.size(); cut += step) {
    SCOPED_TRACE("cut at " + std::to_string(cut));
    this->expect_survives(whole.substr(0, cut), members);
  }
}
TYPED_TEST_P(ArchiveContract, ACutMemberIsNotTakenForAWhole) {
  const std::string content = this->text(300'000, 2);
  const std::string whole = this->archive_of({{"m", content}});
  const SharedArchive half(whole.substr(0, whole.size() / 2));
  const auto index = this->index(half);
  if (!index) return;
  const auto got = this->read(half, **index, "m");
  EXPECT_FALSE(got) << "half a member was answered as a whole";
  if (!(*index)->find("m")) {
    EXPECT_FALSE((*index)->why_missing("m")) << "the archive is damaged, and nobody is told";
  }
}
TYPED_TEST_P(ArchiveContract, DamagedAnywhereItAnswers) {
  const unsigned seed = this->seed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::minstd_rand random(seed);
  const std::string whole = this->archive_of(this->three());
  for (int i = 0; i < 500; ++i) {
    std::string bytes = whole;
    for (unsigned n = 1 + random() % 4; n > 0; --n) {
      bytes[random() % bytes.size()] = static_cast<char>(random() >> 8);
    }
    this->expect_survives(bytes);
  }
}
TYPED_TEST_P(ArchiveContract, PiecesMovedAboutItAnswers) {
  const unsigned seed = this->seed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::minstd_rand random(seed);
  const std::string whole = this->archive_of(this->three());
  for (int i = 0; i < 200; ++i) {
    std::string bytes = whole;
    const std::size_t from = random() % bytes.size();
    const std::size_t count = random() % (bytes.size() - from);
    const std::string piece = bytes.substr(from, count);
    if (random() % 2 == 0) bytes.erase(from, count);
    bytes.insert(random() % (bytes.size() + 1), piece);
    this->expect_survives(bytes);
  }
}
TYPED_TEST_P(ArchiveContract, WhatFollowsTheEndDoesNotHideTheMembers) {
  const auto members = this->three();
  for (const std::string& tail : {std::string(10'000, '\0'), this->archive_of({{"other", "x"}})}) {
    const SharedArchive archive(this->archive_of(members) + tail);
    const auto index = this->index(archive);
    if (!index) continue;  // formats whose directory stands at the end look for it there
    for (const auto& [name, content] : members) {
      const auto got = this->read(archive, **index, name);
      if ((*index)->find(name)) {
        EXPECT_EQ(*got, content) << name;
      }
    }
  }
}
TYPED_TEST_P(ArchiveContract, ABrokenDiskIsNoDamage) {
  SharedArchive archive(this->archive_of({{"a", this->text(200'000, 2)}, {"b", this->text(200'000, 2)}}));
  for (const std::uint64_t at : {std::uint64_t{0}, archive.size() / 2, archive.size() - 1}) {
    archive.broken_from = at;
    const auto index = this->index(archive);
    if (!index) {
      EXPECT_EQ(index.error().code(), Errc::Io) << index.error().message();
      continue;
    }
    for (const auto* name : {"a", "b"}) {
      const auto member = (*index)->find(name);
      ASSERT_TRUE(member) << "a failure of the disk was kept as a property of the archive";
      const auto got = this->read(archive, **index, *member);
      if (!got) {
        EXPECT_EQ(got.error().code(), Errc::Io) << got.error().message();
      }
    }
  }
}

}  // namespace bryo::contract
