#pragma once

/// What every archive format must do, as a suite of GoogleTest. A subject makes the format, with reader and writer:
///
///   struct Subject {                              // default constructible, one for each case
///     bryo::testing::FakeRegistrar registrar;     // options are declared in it
///     bryo::ArchiveFormat format();
///   };
///   namespace bryo::contract {
///   INSTANTIATE_TYPED_TEST_SUITE_P(Mine, ArchiveContract, Subject);
///   }
///
/// Random cases print their seed; BRYO_TEST_SEED=N repeats one.

#include <bryo/archive_pieces.h>
#include <bryo/testing.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace bryo::contract {

inline MemberPart whole(const Member& member) { return {member, 0, member.size}; }

using NamedContents = std::vector<std::pair<std::string, std::string>>;

/// An archive in memory that many threads may read.
class SharedArchive final : public OpenObject {
 public:
  explicit SharedArchive(std::string content) : OpenObject(content.size(), 1), content_(std::move(content)) {}
  /// Reads that touch this offset and later ones fail with Io.
  std::uint64_t broken_from = ~std::uint64_t{0};
  /// Reads that did not lie inside.
  mutable std::atomic<int> outside{0};

  std::optional<Status> try_read(std::uint64_t offset, MutableBytes out) const override {
    return read_blocking(offset, out);
  }
  Task<Status> read(std::uint64_t offset, MutableBytes out) const override { co_return read_blocking(offset, out); }
  Status read_blocking(std::uint64_t offset, MutableBytes out) const override {
    if (offset > size() || out.size() > size() - offset) {
      ++outside;
      return Error(Errc::RangeNotSatisfiable, "a read beyond the end of the object");
    }
    if (broken_from < offset + out.size()) return Error(Errc::Io, "the disk is broken here");
    if (!out.empty()) std::memcpy(out.data(), content_.data() + offset, out.size());
    return {};
  }
  void will_need(std::uint64_t, std::uint64_t) const override {}
  Result<std::shared_ptr<const ObjectAttributes>> attributes() const override {
    return std::make_shared<const ObjectAttributes>();
  }

 private:
  const std::string content_;
};

/// Keeps what a pass hands over.
class KeepingTap final : public MemberTap {
 public:
  struct Taken {
    std::string name;
    std::uint64_t offset;
    std::uint64_t size;
    std::string content;
    [[nodiscard]] bool whole() const { return content.size() == size; }
  };
  std::vector<Taken> taken;
  std::size_t asked = 0;
  std::size_t longest = 0;
  /// Every n-th member is wanted.
  std::size_t every = 1;

  bool wants(const Member& member) override {
    if (asked++ % every != 0) return false;
    taken.push_back({std::string(member.name), member.offset, member.size, {}});
    return true;
  }
  void content(BytesView bytes) override {
    longest = std::max(longest, bytes.size());
    taken.back().content.append(as_text(bytes));
  }
};

template <class Subject>
class ArchiveContract : public ::testing::Test {
 protected:
  static constexpr std::string_view kLabel = "ais://b/shard-under-contract";

  void SetUp() override {
    ASSERT_NE(format.reader, nullptr) << "the suite is for formats that are read and written";
    ASSERT_NE(format.make_writer, nullptr);
  }

  /// One member through all calls of a writer; `piece` bytes at once.
  static Status add(ArchiveWriter& writer, std::string_view name, std::string_view content, std::string& out,
                    std::size_t piece = ~std::size_t{0}) {
    ArchiveBuffer buffer;
    const auto flush = [&] {
      const Status packed = compress_pieces(writer, buffer);
      EXPECT_TRUE(packed) << packed.error().message();
      out.append(as_text(buffer.view()));
      buffer.clear();
    };
    BRYO_CHECK(writer.begin(name, content.size(), buffer));
    EXPECT_LE(buffer.size(), writer.max_header(name.size())) << "begin appended more than max_header promises";
    flush();
    for (std::size_t at = 0; at < content.size();) {
      const auto part = content.substr(at, std::min(piece, content.size() - at));
      if (writer.payload() != PayloadMode::Transformed) out.append(part);
      if (writer.payload() != PayloadMode::Verbatim) BRYO_CHECK(writer.content(as_bytes(part), buffer));
      if (writer.payload() != PayloadMode::Transformed) {
        EXPECT_TRUE(buffer.empty()) << "content is sent by the server";
      }
      flush();
      at += part.size();
    }
    BRYO_CHECK(writer.end(buffer));
    flush();
    return {};
  }
  static std::string finish(ArchiveWriter& writer, std::string out) {
    ArchiveBuffer buffer;
    const Status done = writer.finish(buffer);
    EXPECT_TRUE(done) << done.error().message();
    const Status packed = compress_pieces(writer, buffer);
    EXPECT_TRUE(packed) << packed.error().message();
    return out.append(as_text(buffer.view()));
  }
  std::string archive_of(const NamedContents& members, std::size_t piece = ~std::size_t{0}) {
    const auto writer = format.make_writer();
    std::string out;
    for (const auto& [name, content] : members) {
      const Status added = add(*writer, name, content, out, piece);
      EXPECT_TRUE(added) << added.error().message();
    }
    return finish(*writer, std::move(out));
  }

  Result<std::unique_ptr<testing::MemoryMembers>> index(const OpenObject& archive) {
    auto made = testing::index_of(*format.reader, archive, kLabel);
    if (!made) {
      EXPECT_FALSE(made.error().message().empty());
      EXPECT_NE(made.error().code(), Errc::RangeNotSatisfiable) << "it read outside of the archive";
      if (made.error().code() == Errc::InvalidArgument) expect_label(made.error());
    }
    return made;
  }
  static void expect_label(const Error& error) {
    EXPECT_NE(error.message().find(kLabel), std::string::npos) << "which archive? " << error.message();
  }
  /// The content of one member, however the format keeps it.
  Result<std::string> read(const OpenObject& archive, const MemberIndex& index, const Member& member) {
    std::string out;
    if (member.stored) {
      if (member.offset > archive.size() || member.size > archive.size() - member.offset) {
        ADD_FAILURE() << "\"" << member.name << "\" is said to lie outside of the archive";
        return Error(Errc::Internal, "outside");
      }
      out.resize(member.size);
      BRYO_CHECK(archive.read_blocking(member.offset, std::as_writable_bytes(std::span(out))));
      return out;
    }
    std::size_t longest = 0;
    const auto keep = [&](std::size_t i, BytesView bytes) -> Status {
      EXPECT_EQ(i, 0u);
      longest = std::max(longest, bytes.size());
      if (out.size() + bytes.size() > member.size) return Error(Errc::Internal, "more than the member's size");
      out.append(as_text(bytes));
      return {};
    };
    const MemberPart all = whole(member);
    BRYO_CHECK(format.reader->extract(archive, kLabel, index, {&all, 1}, keep));
    EXPECT_LE(longest, std::size_t{4} << 20) << "pieces bound the memory of the caller";
    EXPECT_EQ(out.size(), member.size) << "\"" << member.name << "\" ended early, without an error";
    return out;
  }
  Result<std::string> read(const OpenObject& archive, const MemberIndex& index, std::string_view name) {
    const auto member = index.find(name);
    if (!member) return Error(Errc::NotFound, "<missing>");
    return read(archive, index, *member);
  }
  NamedContents members_of(const OpenObject& archive) {
    NamedContents out;
    auto made = index(archive);
    if (!made) {
      ADD_FAILURE() << made.error().message();
      return out;
    }
    (*made)->for_each([&](const Member& member) {
      auto content = read(archive, **made, member);
      EXPECT_TRUE(content) << content.error().message();
      out.emplace_back(std::string(member.name), content ? *content : "<unreadable>");
      return true;
    });
    EXPECT_EQ(out.size(), (*made)->size());
    return out;
  }
  void expect_round_trip(const NamedContents& members, std::size_t piece = ~std::size_t{0}) {
    const SharedArchive archive(archive_of(members, piece));
    EXPECT_EQ(members_of(archive), members);
    EXPECT_EQ(archive.outside, 0);
  }
  /// Whatever is in it: answers or sentences, members inside of it, no read outside.
  void expect_survives(const std::string& bytes, const NamedContents& may_hold = {}) {
    const SharedArchive archive(bytes);
    auto made = index(archive);
    if (made) {
      std::size_t seen = 0;
      (*made)->for_each([&](const Member& member) {
        const auto content = read(archive, **made, member);
        if (!content) {
          EXPECT_FALSE(content.error().message().empty());
        } else if (!may_hold.empty() && seen < may_hold.size() && member.name == may_hold[seen].first) {
          EXPECT_EQ(*content, may_hold[seen].second);
        }
        return ++seen < 100;
      });
      const Status why = (*made)->why_missing("no such member");
      if (!why) {
        EXPECT_FALSE(why.error().message().empty());
      }
    }
    EXPECT_EQ(archive.outside, 0) << "it read outside of the archive";
  }

  /// What a tap got whole of an archive that may be damaged is what the archive is read as, or cannot be read.
  void expect_tap_tells_nothing_wrong(const std::string& bytes) {
    const SharedArchive archive(bytes);
    KeepingTap tap;
    const auto made = testing::index_of(*format.reader, archive, kLabel, ~std::size_t{0}, &tap);
    if (!made) return;
    for (const auto& taken : tap.taken) {
      EXPECT_LE(taken.content.size(), taken.size);
      const auto member = (*made)->find(taken.name);
      if (!member || !taken.whole() || member->offset != taken.offset) continue;
      const auto content = read(archive, **made, *member);
      if (content) {
        EXPECT_TRUE(*content == taken.content) << taken.name;
      }
    }
  }

  static unsigned seed() {
    const char* given = std::getenv("BRYO_TEST_SEED");
    return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device()();
  }
  /// Content that neither compresses to nothing nor is all noise.
  static std::string text(std::size_t size, unsigned salt = 1) {
    std::string out(size, '\0');
    std::minstd_rand random(salt);
    for (char& c : out) c = static_cast<char>(random() >> 8 & (salt % 2 == 0 ? 0xFF : 0x3F));
    return out;
  }
  static NamedContents three() { return {{"a/first", text(700)}, {"second", ""}, {"third.bin", text(3'000, 2)}}; }

  Subject subject;
  ArchiveFormat format = subject.format();
};
TYPED_TEST_SUITE_P(ArchiveContract);

TYPED_TEST_P(ArchiveContract, TheSpecIsWellFormed) {
  const auto& spec = this->format.spec;
  EXPECT_TRUE(spec.name.starts_with('.')) << spec.name;
  EXPECT_NE(std::find(spec.extensions.begin(), spec.extensions.end(), spec.name), spec.extensions.end());
  for (std::size_t i = 0; i < spec.extensions.size(); ++i) {
    const auto& extension = spec.extensions[i];
    EXPECT_TRUE(extension.size() > 1 && extension.starts_with('.')) << extension;
    EXPECT_TRUE(std::none_of(extension.begin(), extension.end(), [](char c) { return c >= 'A' && c <= 'Z'; }));
    if (i > 0) {
      EXPECT_LE(extension.size(), spec.extensions[i - 1].size()) << "longest first";
    }
  }
  for (const auto& mime : spec.mime_names) EXPECT_NE(mime.find('/'), std::string::npos) << mime;
  EXPECT_NE(spec.content_type.find('/'), std::string::npos) << spec.content_type;
}

TYPED_TEST_P(ArchiveContract, ItsMagicIsInWhatItWrites) {
  const auto& magic = this->format.spec.magic;
  if (magic.empty()) return;
  const std::string bytes = this->archive_of(this->three());
  EXPECT_TRUE(std::any_of(magic.begin(), magic.end(), [&](const auto& m) {
    return m.offset < bytes.size() && std::string_view(bytes).substr(m.offset).starts_with(m.bytes);
  })) << "an object without the extension would not be recognised";
}

TYPED_TEST_P(ArchiveContract, AnArchiveOfNothing) { this->expect_round_trip({}); }
TYPED_TEST_P(ArchiveContract, OneMember) { this->expect_round_trip({{"o", "content"}}); }
TYPED_TEST_P(ArchiveContract, EmptyMembers) { this->expect_round_trip({{"a", ""}, {"b", ""}, {"c", "x"}, {"d", ""}}); }
TYPED_TEST_P(ArchiveContract, SizesAroundEveryBound) {
  NamedContents members;
  for (const std::size_t bound : {1u, 16u, 255u, 512u, 1024u, 4096u, 32768u, 65536u, 131072u, 1048576u}) {
    for (const std::size_t size : {bound - 1, std::size_t{bound}, std::size_t{bound} + 1}) {
      members.emplace_back("m" + std::to_string(size) + "-" + std::to_string(members.size()), this->text(size, 2));
    }
  }
  this->expect_round_trip(members);
}
TYPED_TEST_P(ArchiveContract, ManyMembers) {
  NamedContents members;
  for (unsigned i = 0; i < 3'000; ++i) members.emplace_back("dir/" + std::to_string(i), this->text(i % 97, i));
  this->expect_round_trip(members);
}
TYPED_TEST_P(ArchiveContract, ContentsThatCompressToNothingAndNotAtAll) {
  this->expect_round_trip({{"zeros", std::string(3 << 20, '\0')}, {"noise", this->text(3 << 20, 2)}});
}
TYPED_TEST_P(ArchiveContract, ContentThatLooksLikeAnArchive) {
  const std::string inner = this->archive_of(this->three());
  this->expect_round_trip({{"inner", inner}, {"again", inner + inner}, {"after", "x"}});
}

TYPED_TEST_P(ArchiveContract, HugeNames) {
  NamedContents members;
  for (const std::size_t size : {99u, 100u, 101u, 155u, 156u, 255u, 256u, 257u, 500u, 1024u, 2048u, 4096u}) {
    members.emplace_back(std::string(size, 'n'), "flat " + std::to_string(size));
    std::string deep;
    while (deep.size() + 10 < size) deep += "directory/";
    members.emplace_back(deep + std::string(size - deep.size(), 'f'), "deep " + std::to_string(size));
  }
  this->expect_round_trip(members);
}
TYPED_TEST_P(ArchiveContract, NamesOfAllKinds) {
  this->expect_round_trip({{"with blank", "1"},
                           {"quote\" and 'quote'", "2"},
                           {"back\\slash", "3"},
                           {"line\nfeed", "4"},
                           {"\xc3\xbc\xe2\x82\xac\xf0\x9f\x8c\xbf", "5"},
                           {"./dot", "6"},
                           {"a//b", "7"},
                           {"..", "8"},
                           {"../../etc/passwd", "9"},
                           {"-rf", "10"},
                           {"*?[", "11"},
                           {"%41", "12"},
                           {"a.tar.gz", "13"},
                           {"PaxHeaders.0", "14"}});
}
TYPED_TEST_P(ArchiveContract, NamesThatDifferByOneByte) {
  this->expect_round_trip({{"a", "1"}, {"A", "2"}, {"a ", "3"}, {"aa", "4"}, {"a/a", "5"}, {"\xc3\xa4", "6"}});
}
TYPED_TEST_P(ArchiveContract, ImpossibleNamesAreRefusedOrKept) {
  for (const std::string_view name : {std::string_view(""), std::string_view("a\0b", 3), std::string_view("\0", 1)}) {
    const auto writer = this->format.make_writer();
    std::string out;
    if (const Status added = this->add(*writer, name, "x", out); !added) {
      EXPECT_EQ(added.error().code(), Errc::InvalidArgument);
      EXPECT_FALSE(added.error().message().empty());
      continue;
    }
    const SharedArchive archive(this->finish(*writer, std::move(out)));
    const auto members = this->members_of(archive);
    ASSERT_EQ(members.size(), 1u);
    EXPECT_EQ(members.front().first, name);
  }
}
TYPED_TEST_P(ArchiveContract, ARefusedNameLeavesTheArchiveWhole) {
  const auto writer = this->format.make_writer();
  std::string out;
  ASSERT_TRUE(this->add(*writer, "before", "1", out));
  ArchiveBuffer buffer;
  const bool refused = !writer->begin(std::string_view("a\0b", 3), 0, buffer);
  if (!refused) return;
  EXPECT_TRUE(buffer.empty()) << "what is refused appends nothing";
  ASSERT_TRUE(this->add(*writer, "after", "2", out));
  const SharedArchive archive(this->finish(*writer, std::move(out)));
  EXPECT_EQ(this->members_of(archive), (NamedContents{{"before", "1"}, {"after", "2"}}));
}
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

TYPED_TEST_P(ArchiveContract, PiecesOfOneByteMakeTheSameMembers) { this->expect_round_trip(this->three(), 1); }
TYPED_TEST_P(ArchiveContract, PiecesOfOddSizesMakeTheSameMembers) {
  for (const std::size_t piece : {7u, 511u, 513u, 65537u}) {
    this->expect_round_trip({{"a", this->text(200'000, 2)}, {"b", this->text(70'000)}}, piece);
  }
}
TYPED_TEST_P(ArchiveContract, WritersDoNotShareAnything) {
  const auto one = this->format.make_writer();
  const auto two = this->format.make_writer();
  std::string first;
  std::string second;
  for (unsigned i = 0; i < 20; ++i) {
    ASSERT_TRUE(this->add(*one, "one" + std::to_string(i), this->text(i * 100), first));
    ASSERT_TRUE(this->add(*two, "two" + std::to_string(i), this->text(i * 90, 2), second));
  }
  const SharedArchive a(this->finish(*one, std::move(first)));
  const SharedArchive b(this->finish(*two, std::move(second)));
  EXPECT_EQ(this->members_of(a).size(), 20u);
  EXPECT_EQ(this->members_of(b).back(), (std::pair<std::string, std::string>("two19", this->text(1710, 2))));
}
TYPED_TEST_P(ArchiveContract, WritersMayBeDroppedAtAnyPoint) {
  ArchiveBuffer out;
  (void)this->format.make_writer();
  const auto begun = this->format.make_writer();
  ASSERT_TRUE(begun->begin("a", 100, out));
  const auto half = this->format.make_writer();
  ASSERT_TRUE(half->begin("a", 100, out));
  if (half->payload() != PayloadMode::Verbatim) {
    ASSERT_TRUE(half->content(as_bytes("half"), out));
  }
}
TYPED_TEST_P(ArchiveContract, AMemberThatIsTakenBackWasNeverThere) {
  const auto writer = this->format.make_writer();
  if (writer->payload() != PayloadMode::Verbatim) return;
  std::string out;
  ASSERT_TRUE(this->add(*writer, "before", "1", out));
  ArchiveBuffer dropped;
  ASSERT_TRUE(writer->begin("gone", 777, dropped));
  writer->take_back();
  ASSERT_TRUE(this->add(*writer, "after", "22", out));
  const SharedArchive archive(this->finish(*writer, std::move(out)));
  EXPECT_EQ(this->members_of(archive), (NamedContents{{"before", "1"}, {"after", "22"}}));
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

/// Pieces run on any thread, in any order, and need the writer no more.
TYPED_TEST_P(ArchiveContract, PiecesNeedNothingButThemselves) {
  NamedContents contents{{"large", this->text(2 << 20, 2)}, {"zeros", std::string(1 << 20, '\0')}};
  for (unsigned i = 0; i < 300; ++i) contents.emplace_back("m" + std::to_string(i), this->text(i * 30, i));
  std::vector<ArchivePiece> pieces;
  {
    const auto writer = this->format.make_writer();
    ArchiveBuffer buffer;
    const auto collect = [&] {
      while (ArchivePiece piece = writer->next_piece()) pieces.push_back(std::move(piece));
    };
    for (const auto& [name, content] : contents) {
      ASSERT_TRUE(writer->begin(name, content.size(), buffer));
      collect();
      if (writer->payload() != PayloadMode::Verbatim) {
        ASSERT_TRUE(writer->content(as_bytes(content), buffer));
        collect();
      }
      ASSERT_TRUE(writer->end(buffer));
      collect();
    }
    ASSERT_TRUE(writer->finish(buffer));
    collect();
    if (pieces.empty()) return;  // this format compresses nothing, or in its calls
    EXPECT_TRUE(buffer.empty()) << "a writer of pieces appends nothing else";
  }
  std::vector<ArchiveBuffer> made(pieces.size());
  std::atomic<std::size_t> next{pieces.size()};
  const auto work = [&] {
    for (std::size_t i = next.fetch_sub(1); i != 0 && i <= pieces.size(); i = next.fetch_sub(1)) {
      EXPECT_TRUE(pieces[i - 1](made[i - 1]));
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
  std::string bytes;
  for (const auto& buffer : made) bytes.append(as_text(buffer.view()));
  EXPECT_EQ(bytes, this->archive_of(contents)) << "on one thread it is the same archive";
  EXPECT_EQ(this->members_of(SharedArchive(bytes)), contents);
}

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

REGISTER_TYPED_TEST_SUITE_P(
    ArchiveContract, TheSpecIsWellFormed, ItsMagicIsInWhatItWrites, AnArchiveOfNothing, OneMember, EmptyMembers,
    SizesAroundEveryBound, ManyMembers, ContentsThatCompressToNothingAndNotAtAll, ContentThatLooksLikeAnArchive,
    HugeNames, NamesOfAllKinds, NamesThatDifferByOneByte, ImpossibleNamesAreRefusedOrKept,
    ARefusedNameLeavesTheArchiveWhole, TheFirstOfEqualNamesWins, OneLeadingSlashDoesNotMatter,
    PiecesOfOneByteMakeTheSameMembers, PiecesOfOddSizesMakeTheSameMembers, WritersDoNotShareAnything,
    WritersMayBeDroppedAtAnyPoint, AMemberThatIsTakenBackWasNeverThere, MembersComeInArchiveOrderUntilEnough,
    WhatIsNotThereIsNotFound, AnIndexThatIsFullEndsThePass, TheIndexOutlivesNothingButItself,
    ExtractsAnyMembersInArchiveOrder, ExtractsParts, ExtractOfNothingDoesNothing, ExtractEndsWhenItsSinkRefuses,
    ManyThreadsReadAtOnce, ATapGetsWhatItWants, ATapIsToldNothingWrong, PiecesNeedNothingButThemselves, AnEmptyObject,
    ZerosAndOnes, RandomBytes, CutAnywhereItKeepsWhatIsWhole, ACutMemberIsNotTakenForAWhole, DamagedAnywhereItAnswers,
    PiecesMovedAboutItAnswers, WhatFollowsTheEndDoesNotHideTheMembers, ABrokenDiskIsNoDamage);

}  // namespace bryo::contract
