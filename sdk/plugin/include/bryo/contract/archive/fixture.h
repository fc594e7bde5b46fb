#pragma once

/// What all cases of the contract of archives use.

#include <bryo/archive_pieces.h>
#include <bryo/testing.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
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

}  // namespace bryo::contract
