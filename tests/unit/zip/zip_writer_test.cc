#include "zip_writer.h"

#include <array>
#include <map>

#include "zip_fixture.h"

namespace bryo::zip {
namespace {

std::string written(const Contents& members) {
  ZipWriter writer;
  ArchiveBuffer out;
  for (const auto& [name, content] : members) {
    EXPECT_TRUE(writer.begin(name, content.size(), out));
    out.append(std::string_view(content));
    ArchiveBuffer none;
    EXPECT_TRUE(writer.content(as_bytes(content), none));
    EXPECT_TRUE(writer.end(out));
  }
  EXPECT_TRUE(writer.finish(out));
  return std::string(as_text(out.view()));
}

const std::string kTimestamp("UT\5\0\1\0\0\0\0", 9);

/// get-batch.md section 6.
TEST(ZipWriter, WritesWhatClientsKnow) {
  const std::string crc = le(crc_of("content"));
  const std::string local = le(kLocalSignature) + std::string("\x14\0\x08\0\0\0\0\0\x21\0", 10) +
                            std::string(12, '\0') + std::string("\1\0\x09\0", 4) + "a" + kTimestamp + "content" +
                            le(kDescriptorSignature) + crc + std::string("\7\0\0\0\7\0\0\0", 8);
  const std::string entry = le(kEntrySignature) + std::string("\x14\0\x14\0\x08\0\0\0\0\0\x21\0", 12) + crc +
                            std::string("\7\0\0\0\7\0\0\0", 8) + std::string("\1\0\x09\0\1\0", 6) +
                            std::string(12, '\0') + "a" + kTimestamp + "a";
  EXPECT_EQ(written({{"a", "content"}}), local + entry + end_of(1, entry.size(), local.size()));
}

TEST(ZipWriter, NothingIsAnArchiveToo) { EXPECT_EQ(written({}), end_of(0, 0, 0)); }

TEST(ZipWriter, TellsWhichNamesAreUtf8) {
  const auto flags = [](const std::string& name) {
    return load<std::uint16_t>(as_bytes(written({{name, ""}})).data() + 6);
  };
  for (const auto* name : {"a", "dir/file.txt", "with blank", "{}"}) EXPECT_EQ(flags(name), 0x8) << name;
  for (const auto* name : {"\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x8c\xbf", "back\\slash", "tilde~", "line\nfeed"}) {
    EXPECT_EQ(flags(name), 0x808) << name;
  }
  for (const auto* name : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\xe2\x82", "\xe0\x80\x80",
                           "\xf0\x80\x80\x80", "\xf5\x80\x80\x80", "\x80"}) {
    EXPECT_EQ(flags(name), 0x8) << "no UTF-8: " << name;
  }
}

TEST(ZipWriter, RefusesNamesThatDoNotFit) {
  ZipWriter writer;
  ArchiveBuffer out;
  EXPECT_FALSE(writer.begin("", 1, out));
  EXPECT_FALSE(writer.begin(std::string_view("a\0b", 3), 1, out));
  EXPECT_FALSE(writer.begin(std::string(65'536, 'n'), 1, out));
  EXPECT_TRUE(out.empty());
  const std::string longest(65'535, 'n');
  const std::string bytes = written({{longest, "x"}});
  testing::FakeRegistrar registrar;
  const auto index = testing::index_of(ZipReader(ZipOptions(registrar)), testing::MemoryObject(bytes, 1), "label");
  ASSERT_TRUE(index) << index.error().message();
  EXPECT_TRUE((*index)->find(longest));
}

/// An archive too large to be held: pieces, with zeros between them.
class SparseArchive final : public OpenObject {
 public:
  SparseArchive(std::map<std::uint64_t, std::string> pieces, std::uint64_t size)
      : OpenObject(size, 1), pieces_(std::move(pieces)) {}
  std::optional<Status> try_read(std::uint64_t offset, MutableBytes out) const override {
    return read_blocking(offset, out);
  }
  Task<Status> read(std::uint64_t offset, MutableBytes out) const override { co_return read_blocking(offset, out); }
  Status read_blocking(std::uint64_t offset, MutableBytes out) const override {
    EXPECT_LE(offset + out.size(), size());
    std::fill(out.begin(), out.end(), std::byte{0});
    for (const auto& [at, text] : pieces_) {
      const std::uint64_t from = std::max(at, offset);
      const std::uint64_t to = std::min(at + text.size(), offset + out.size());
      if (from < to) std::memcpy(out.data() + (from - offset), text.data() + (from - at), to - from);
    }
    return {};
  }
  void will_need(std::uint64_t, std::uint64_t) const override {}
  Result<std::shared_ptr<const ObjectAttributes>> attributes() const override {
    return std::make_shared<const ObjectAttributes>();
  }

 private:
  const std::map<std::uint64_t, std::string> pieces_;
};

TEST(ZipWriter, Zip64WhereASizeOrAnOffsetNeedsIt) {
  constexpr std::uint64_t kFour = std::uint64_t{1} << 32;
  struct Case {
    std::uint64_t size;
    bool wide;
  };
  for (const auto& [size, wide] : {Case{kFour - 2, false}, Case{kFour - 1, true}, Case{kFour + 5, true}}) {
    ZipWriter writer;
    std::map<std::uint64_t, std::string> pieces;
    std::uint64_t at = 0;
    ArchiveBuffer out;
    const auto flush = [&] {
      pieces[at] = std::string(as_text(out.view()));
      at += out.size();
      out.clear();
    };
    const auto add = [&](std::string_view name, std::uint64_t n) {
      ASSERT_TRUE(writer.begin(name, n, out));
      EXPECT_LE(out.size(), writer.max_header(name.size()));
      flush();
      at += n;
      ASSERT_TRUE(writer.end(out));
      EXPECT_EQ(out.size(), n >= kFour - 1 ? 24u : 16u);
      flush();
    };
    add("large", size);  // its content is not summed up: that takes seconds, and only its place is asked for
    add("behind", 7);
    ASSERT_TRUE(writer.finish(out));
    flush();
    const SparseArchive archive(pieces, at);
    testing::FakeRegistrar registrar;
    const auto index = testing::index_of(ZipReader(ZipOptions(registrar)), archive, "label");
    ASSERT_TRUE(index) << index.error().message();
    const auto large = (*index)->find("large");
    const auto behind = (*index)->find("behind");
    ASSERT_TRUE(large && behind) << (*index)->why_missing(large ? "behind" : "large").error().message();
    EXPECT_EQ(large->size, size);
    EXPECT_EQ(large->offset, 30 + 5 + 9 + (wide ? 20u : 0u));
    EXPECT_EQ(behind->offset, large->offset + size + (wide ? 24 : 16)) << "a small one is found by its header";
  }
}

TEST(ZipWriter, Zip64WhereTheCountNeedsIt) {
  for (const std::size_t count : {65'534u, 65'535u, 65'536u}) {
    Contents members;
    for (std::size_t i = 0; i < count; ++i) members.emplace_back(std::to_string(i), "x");
    const std::string bytes = written(members);
    EXPECT_EQ(bytes.find(le(kWideEndSignature)) != std::string::npos, count >= 65'535) << count;
    testing::FakeRegistrar registrar;
    const auto index = testing::index_of(ZipReader(ZipOptions(registrar)), testing::MemoryObject(bytes, 1), "label");
    ASSERT_TRUE(index) << index.error().message();
    EXPECT_EQ((*index)->size(), count);
  }
}

}  // namespace
}  // namespace bryo::zip
