#pragma once

/// What the writer of every archive format must do: any members come back as they went in.

#include <bryo/contract/archive/fixture.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace bryo::contract {

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

/// Formats that cannot be continued say so.
TYPED_TEST_P(ArchiveContract, AContinuedArchiveHoldsAllThatItHeld) {
  NamedContents many{{"large", this->text(2 << 20, 2)}, {"zeros", std::string(1 << 20, '\0')}};
  for (unsigned i = 0; i < 300; ++i) many.emplace_back("m" + std::to_string(i), this->text(i * 30, i));
  for (NamedContents members : {NamedContents(), this->three(), many}) {
    const SharedArchive archive(this->archive_of(members));
    const auto index = this->index(archive);
    ASSERT_TRUE(index);
    // Nothing of the index or of the label is needed later.
    auto continued = this->format.reader->continue_after(archive, std::string(this->kLabel), **index);
    if (!continued) {
      EXPECT_EQ(continued.error().code(), Errc::Unsupported);
      this->expect_label(continued.error());
      return;
    }
    ArchiveWriter& writer = *continued->writer;
    ASSERT_LE(continued->keep, archive.size());
    std::string out(static_cast<std::size_t>(continued->keep), '\0');
    ASSERT_TRUE(archive.read_blocking(0, std::as_writable_bytes(std::span(out))));
    for (bool more = true; more;) {
      ArchiveBuffer buffer;
      const auto carried = writer.carry_over(buffer);
      ASSERT_TRUE(carried) << carried.error().message();
      ASSERT_TRUE(compress_pieces(writer, buffer));
      EXPECT_LE(buffer.size(), std::size_t{2} << 20) << "a step is bounded";
      out.append(as_text(buffer.view()));
      more = *carried;
    }
    ArchiveBuffer nothing;
    const auto again = writer.carry_over(nothing);
    EXPECT_TRUE(again && !*again && nothing.empty()) << "what is over stays over";
    members.emplace_back("added", "content");
    ASSERT_TRUE(this->add(writer, members.back().first, members.back().second, out));
    EXPECT_EQ(this->members_of(SharedArchive(this->finish(writer, std::move(out)))), members);
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

}  // namespace bryo::contract
