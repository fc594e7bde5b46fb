#include "carried_tar.h"

#include <gtest/gtest.h>

#include "tar_fixture.h"

namespace bryo::tar {
namespace {

/// A decoder of nothing, which may find a wrong checksum at its end.
class PlainInput final : public DecodedInput {
 public:
  PlainInput(std::string content, bool wrong) : content_(std::move(content)), wrong_(wrong) {}

  Result<BytesView> read(std::size_t n) override {
    const BytesView rest = as_bytes(content_).subspan(position_);
    const BytesView bytes = rest.first(std::min(n, rest.size()));
    position_ += bytes.size();
    return bytes;
  }
  Result<std::uint64_t> skip(std::uint64_t n) override {
    BRYO_TRY(bytes, read(static_cast<std::size_t>(n)));
    return std::uint64_t{bytes.size()};
  }
  [[nodiscard]] std::uint64_t position() const override { return position_; }
  Status drain() override {
    if (wrong_) return Error(Errc::InvalidArgument, "wrong checksum");
    return {};
  }
  Status finish_places(std::uint64_t) override { return {}; }

 private:
  const std::string content_;
  const bool wrong_;
  std::size_t position_ = 0;
};

/// All that is carried; "<why>" where it fails.
std::string carried(const std::string& content, std::uint64_t end, bool wrong = false) {
  CarriedTar carried(std::make_unique<PlainInput>(content, wrong), end, "ais://b/s.tgz");
  std::string out;
  for (;;) {
    const auto piece = carried.next();
    if (!piece) return "<" + piece.error().message() + ">";
    if (piece->empty()) return out;
    out.append(as_text(*piece));
  }
}

const std::string kChanged = "<ais://b/s.tgz is not what was indexed: it is damaged, store it again>";

TEST(CarriedTar, IsWhatComesBeforeTheEnd) {
  const std::string entries = member("a", std::string(300'000, 'a')) + RawHeader("dir/", 0, '5').bytes() +
                              RawHeader("link", 0, '2').bytes() + pax(record("path", "long")) + member("b", "second");
  for (const std::string& tail : {end_blocks(), std::string(10'240, '\0'), std::string(), std::string(kBlock, '\0'),
                                  end_blocks() + "what follows", pax(record("path", "nobody's")) + end_blocks()}) {
    EXPECT_TRUE(carried(entries + tail, entries.size()) == entries) << tail.size();
  }
  EXPECT_EQ(carried(end_blocks(), 0), "");
}

TEST(CarriedTar, PaddingThatIsMissingIsMadeUpFor) {
  const std::string entries = member("a", "first");
  for (const std::size_t size : {kBlock + 5, 2 * kBlock - 1}) {
    EXPECT_TRUE(carried(entries.substr(0, size), size) == entries);
  }
}

TEST(CarriedTar, AnIndexOfSomethingElseIsFoundOut) {
  const std::string entries = member("a", "first") + member("b", "second");
  EXPECT_EQ(carried(entries + end_blocks(), 2 * kBlock), kChanged) << "a member would be lost";
  EXPECT_EQ(carried(entries + end_blocks(), 0), kChanged);
  EXPECT_EQ(carried(entries + end_blocks(), entries.size() + 4 * kBlock), kChanged);
  EXPECT_EQ(carried(entries + end_blocks(), kBlock), "<archive/tar: invalid tar header: ais://b/s.tgz at offset 512>");
}

TEST(CarriedTar, AWrongChecksumIsNotMadeRight) {
  const std::string entries = member("a", "first");
  EXPECT_EQ(carried(entries + end_blocks(), entries.size(), true), "<wrong checksum>");
}

}  // namespace
}  // namespace bryo::tar
