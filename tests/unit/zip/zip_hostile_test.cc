/// Archives that were cut, changed, or made to do harm.

#include "zip_fixture.h"

namespace bryo::zip {
namespace {

using testing::index_of;
using testing::MemoryObject;

class ZipHostile : public ZipTest {
 protected:
  /// Reads everything; `content` of members that come out must be right where it is known.
  void survives(const std::string& bytes) {
    const MemoryObject archive(bytes, 1);
    const auto index = index_of(reader, archive, kLabel);
    if (!index) {
      EXPECT_NE(index.error().message().find(kLabel), std::string::npos) << index.error().message();
      EXPECT_EQ(index.error().code(), Errc::InvalidArgument);
      return;
    }
    (*index)->for_each([&](const Member& member) {
      if (member.stored) {
        EXPECT_LE(member.offset, bytes.size());
        EXPECT_LE(member.size, bytes.size() - member.offset);
        return true;
      }
      std::uint64_t seen = 0;
      const auto count = [&](std::size_t, BytesView piece) -> Status {
        seen += piece.size();
        return {};
      };
      const MemberPart all{member, 0, member.size};
      const Status done = reader.extract(archive, kLabel, **index, {&all, 1}, count);
      EXPECT_TRUE(!done || seen == member.size);
      EXPECT_TRUE(done || done.error().code() == Errc::InvalidArgument) << done.error().message();
      return true;
    });
  }
  static std::vector<Made> three() {
    return {stored("first", "stored content"), packed("second", mixed(900, 1)), stored("third", "x")};
  }
  static std::string wide_three() {
    std::vector<Made> members = three();
    std::string out;
    for (Made& made : members) {
      made.header = out.size();
      made.wide = true;
      out += local_of(made);
    }
    const std::size_t directory = out.size();
    for (const Made& made : members) out += entry_of(made);
    return out + wide_end_of(3, out.size() - directory, directory, out.size());
  }
};

TEST_F(ZipHostile, CutAtEveryByte) {
  for (const std::string& whole : {archive_of(three()), wide_three()}) {
    for (std::size_t cut = 0; cut < whole.size(); ++cut) survives(whole.substr(0, cut));
  }
}

TEST_F(ZipHostile, EveryByteOfEveryRecordChanged) {
  for (const std::string& whole : {archive_of(three()), wide_three()}) {
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const int value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
        std::string bytes = whole;
        bytes[at] = static_cast<char>(value);
        survives(bytes);
      }
    }
  }
}

TEST_F(ZipHostile, EveryFieldChanged) {
  for (const std::string& whole : {archive_of(three()), wide_three()}) {
    const std::size_t first = whole.find(le(kEntrySignature));
    for (std::size_t at = first; at + 8 <= whole.size(); ++at) {
      for (const std::size_t width : {2u, 4u, 8u}) {
        for (const std::uint64_t value :
             {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{1} << 63, std::uint64_t{whole.size()},
              std::uint64_t{0x7fffffff}, ~std::uint64_t{0} - 29}) {
          std::string bytes = whole;
          bytes.replace(at, width, le(value).substr(0, width));
          survives(bytes);
        }
      }
    }
  }
}

TEST_F(ZipHostile, MembersThatShareBytes) {
  // What David Fifield's bombs do: the entries quote one kernel.
  const std::string zeros(1 << 20, '\0');
  std::vector<Made> members{packed("kernel", zeros), packed("x", "other")};
  const std::string bytes = archive_of(members, [&](std::vector<Made>& made) {
    for (int i = 0; i < 50; ++i) made.push_back(made.front());
  });
  EXPECT_EQ(read(bytes, "kernel"), "<member \"kernel\" of the archive shares bytes with another member>");
  EXPECT_EQ(read(bytes, "x"), "other");
}

TEST_F(ZipHostile, AMemberInsideAnother) {
  const std::string inner = local_of(stored("inner", "content"));
  std::vector<Made> members{stored("outer", inner), stored("apart", "1")};
  const std::string bytes = archive_of(members, [&](std::vector<Made>& made) {
    Made one = stored("inner", "content");
    one.header = 30 + 5;
    made.insert(made.begin(), one);
  });
  EXPECT_EQ(read(bytes, "inner"), "<member \"inner\" of the archive shares bytes with another member>");
  EXPECT_EQ(read(bytes, "outer"), "<member \"outer\" of the archive shares bytes with another member>");
  EXPECT_EQ(read(bytes, "apart"), "1");
}

TEST_F(ZipHostile, AnyOrderOfTheDirectoryIsFine) {
  std::vector<Made> members;
  for (int i = 0; i < 100; ++i) members.push_back(stored(std::to_string(i), std::to_string(i * i)));
  const std::string bytes =
      archive_of(members, [](std::vector<Made>& made) { std::reverse(made.begin(), made.end()); });
  for (int i = 0; i < 100; ++i) EXPECT_EQ(read(bytes, std::to_string(i)), std::to_string(i * i));
}

TEST_F(ZipHostile, BombsEndAtTheLimits) {
  const std::string zeros(4 << 20, '\0');
  const std::string bytes = archive_of({packed("zeros", zeros, 9), packed("m", "1")});
  EXPECT_TRUE(read(bytes, "zeros") == zeros) << "as much as deflate can do is allowed";
  registrar.set_option("max_ratio", std::int64_t{100});
  EXPECT_EQ(read(bytes, "zeros"),
            "<member \"zeros\" of the archive would be inflated by more than 100 times, which nothing honest needs>");
  EXPECT_EQ(read(bytes, "m"), "1");
  registrar.set_option("max_ratio", std::int64_t{1032});
  registrar.set_option("max_member", 1_MiB);
  EXPECT_EQ(read(bytes, "zeros"),
            "<member \"zeros\" of the archive has 4194304 bytes inflated: raise [plugin.archive_zip] max_member>");
}

TEST_F(ZipHostile, SizesThatLieAreFoundOut) {
  for (const std::size_t size : {900u, 3'000'000u}) {
    const std::string content = mixed(size, 3);
    const auto lying = [&](std::uint64_t said) {
      Made made = packed("m", content);
      made.size = said;
      return read(archive_of({made}), "m");
    };
    EXPECT_EQ(lying(size - 1), "<zip: not a valid zip file: member \"m\" of ais://b/s.zip is larger than its " +
                                   std::to_string(size - 1) + " bytes>");
    EXPECT_EQ(lying(size + 1), "<zip: not a valid zip file: member \"m\" of ais://b/s.zip ends after " +
                                   std::to_string(size) + " of its " + std::to_string(size + 1) + " bytes>");
    Made wrong = packed("m", content);
    wrong.crc ^= 1;
    EXPECT_EQ(read(archive_of({wrong}), "m"),
              "<zip: not a valid zip file: member \"m\" of ais://b/s.zip does not have the checksum that the "
              "directory says>");
    Made cut = packed("m", content);
    cut.data.resize(cut.data.size() / 2);
    EXPECT_EQ(read(archive_of({cut}), "m"),
              "<zip: not a valid zip file: member \"m\" of ais://b/s.zip ends before its content does>");
    Made garbage = packed("m", content);
    garbage.data = std::string(garbage.data.size(), '\xff');
    EXPECT_EQ(read(archive_of({garbage}), "m"),
              "<zip: not a valid zip file: member \"m\" of ais://b/s.zip cannot be inflated (invalid block type)>");
  }
}

TEST_F(ZipHostile, SizesThatLieByMoreThanDeflateCanDoAreRefusedAtOnce) {
  Made made = packed("m", "content");
  made.size = std::uint64_t{1} << 31;
  EXPECT_EQ(read(archive_of({made}), "m"),
            "<member \"m\" of the archive would be inflated by more than 1032 times, which nothing honest needs>");
}

TEST_F(ZipHostile, OffsetsOutsideOfTheArchive) {
  const auto placed = [&](std::uint64_t header, bool wide) {
    return read(archive_of({stored("m", "content"), stored("good", "1")},
                           [&](std::vector<Made>& made) {
                             made.front().header = header;
                             made.front().wide = wide;
                           }),
                "m");
  };
  for (const std::uint64_t header : {std::uint64_t{200}, std::uint64_t{0xfffffffe}}) {
    EXPECT_EQ(placed(header, false), "<member \"m\" of the archive does not lie in the archive>") << header;
  }
  for (const std::uint64_t header : {~std::uint64_t{0}, std::uint64_t{1} << 63, std::uint64_t{1} << 48}) {
    EXPECT_EQ(placed(header, true), "<member \"m\" of the archive does not lie in the archive>") << header;
  }
  const auto alone = [](std::vector<Made>& made) {
    made.pop_back();
    made.front().header = 3;
  };
  EXPECT_EQ(read(archive_of({stored("m", "content"), stored("good", "1")}, alone), "m"),
            "<zip: not a valid zip file: member \"m\" of ais://b/s.zip is not where the directory says>");
}

TEST_F(ZipHostile, NamesWithNul) {
  const std::string name("a\0b", 3);
  EXPECT_EQ(read(archive_of({stored(name, "1"), stored("good", "2")}), name),
            "<member \"" + name + "\" of the archive has a NUL in its name>");
}

TEST_F(ZipHostile, MembersBeforeADamageStayReadable) {
  const std::string whole = archive_of(three());
  std::string bytes = whole;
  const std::size_t third = bytes.rfind(le(kEntrySignature));
  bytes[third] = 'Q';
  EXPECT_EQ(read(bytes, "first"), "stored content");
  EXPECT_TRUE(read(bytes, "second") == mixed(900, 1));
  EXPECT_EQ(read(bytes, "third"), "<zip: not a valid zip file: ais://b/s.zip has a damaged directory at offset " +
                                      std::to_string(third) + ">");
}

TEST_F(ZipHostile, TheCountMustBeRight) {
  const std::string whole = archive_of(three());
  std::string bytes = whole.substr(0, whole.size() - 14) + le<std::uint16_t>(4) + le<std::uint16_t>(4) +
                      whole.substr(whole.size() - 10);
  EXPECT_EQ(read(bytes, "first"), "stored content");
  EXPECT_EQ(read(bytes, "fourth"),
            "<zip: not a valid zip file: ais://b/s.zip announces 4 members, and its directory has 3>");
}

TEST_F(ZipHostile, PartsOfSeveral) {
  std::string bytes = archive_of(three());
  bytes.replace(bytes.size() - 18, 2, le<std::uint16_t>(1));
  EXPECT_EQ(error(bytes), "zip: not a valid zip file: ais://b/s.zip is one part of several: join them");
}

TEST_F(ZipHostile, WhatIsNoZipIsToldSo) {
  for (const std::string& bytes : {std::string(), std::string("PK\x03\x04"), std::string(100'000, 'x')}) {
    EXPECT_EQ(error(bytes),
              "zip: not a valid zip file: ais://b/s.zip has no directory at its end: it is cut, or something else");
  }
}

TEST_F(ZipHostile, ManySignaturesAreLookedAtQuickly) {
  std::string bytes;
  while (bytes.size() < 100'000) bytes += end_of(1, 46, 0);
  survives(bytes);
}

}  // namespace
}  // namespace bryo::zip
