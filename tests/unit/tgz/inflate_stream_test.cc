#include "inflate_stream.h"

#include "restart_points.h"
#include "tgz_fixture.h"

namespace bryo::tgz {
namespace {

using testing::MemoryObject;

/// All of the stream, read in pieces of `step`; or "<why>".
std::string all_of(const std::string& bytes, std::size_t step = 10'000) {
  const MemoryObject object(bytes, 1);
  InflateStream stream(object, "label");
  std::string out;
  std::string piece(step, '\0');
  for (;;) {
    const auto count = stream.read(std::as_writable_bytes(std::span(piece)));
    if (!count) return "<" + count.error().message() + ">";
    out.append(piece, 0, *count);
    if (*count < step) return out;
  }
}

TEST(InflateStream, GivesBackWhatWasDeflated) {
  for (const std::size_t size : {0u, 1u, 32'767u, 32'768u, 65'537u, 1'000'000u}) {
    const std::string plain = mixed(size, 1);
    for (const int level : {0, 1, 6, 9}) EXPECT_EQ(all_of(gzipped(plain, level)), plain) << size << " " << level;
  }
  const std::string plain = mixed(10'000, 2);
  EXPECT_EQ(all_of(gzipped(plain), 1), plain);
}

TEST(InflateStream, SeveralMembersAreOneStreamAndZerosArePadding) {
  EXPECT_EQ(all_of(gzipped("one") + gzipped("") + gzipped("two")), "onetwo");
  EXPECT_EQ(all_of(gzipped("one") + std::string(100'000, '\0') + gzipped("two") + std::string(7, '\0')), "onetwo");
}

TEST(InflateStream, DamageNamesTheArchiveAndTheOffset) {
  EXPECT_EQ(all_of("no gzip at all"),
            "<unexpected EOF: label cannot be inflated (incorrect header check) at offset 2>");
  const std::string good = gzipped(mixed(100'000, 3));
  EXPECT_NE(all_of(good.substr(0, good.size() / 2)).find("label is cut at offset"), std::string::npos);
  EXPECT_EQ(all_of(""), "<unexpected EOF: label is cut at offset 0>");
  std::string bad = good;
  bad[bad.size() - 6] = static_cast<char>(bad[bad.size() - 6] ^ 1);
  EXPECT_NE(all_of(bad).find("incorrect data check"), std::string::npos);
  EXPECT_NE(all_of(good + "tail").find("incorrect header check"), std::string::npos);
}

TEST(InflateStream, BeginsAgainAtEveryPoint) {
  const std::string plain = mixed(3'000'000, 4);
  for (const std::string& bytes : {gzipped(plain, 1), gzipped(plain, 9), gzipped(plain, 0),
                                   gzipped(plain.substr(0, 1'234'567)) + gzipped(plain.substr(1'234'567))}) {
    const MemoryObject object(bytes, 1);
    InflateStream pass(object, "label");
    testing::MemoryMembers members;
    pass.want_point(64 << 10);
    for (std::string piece(10'000, '\0');;) {
      const auto count = pass.read(std::as_writable_bytes(std::span(piece)));
      ASSERT_TRUE(count) << count.error().message();
      if (const auto point = pass.point()) {
        ASSERT_TRUE(add_point(members, *point));
        pass.want_point(point->decoded + (64 << 10));
      }
      if (*count < piece.size()) break;
    }
    InflateStream stream(object, "label");
    std::minstd_rand random(5);
    std::size_t restarts = 0;
    for (int i = 0; i < 200; ++i) {
      const std::uint64_t wanted = random() % plain.size();
      const auto place = find_point(members.format_data(), wanted);
      if (place) {
        ++restarts;
        const auto point = point_at(members.format_data(), *place);
        ASSERT_TRUE(point);
        ASSERT_LE(point->decoded, wanted);
        ASSERT_TRUE(stream.restart(*point));
      } else {
        ASSERT_TRUE(stream.rewind());
      }
      ASSERT_TRUE(stream.skip(wanted - stream.position()));
      std::string got(std::min<std::size_t>(5'000, plain.size() - wanted), '\0');
      const auto count = stream.read(std::as_writable_bytes(std::span(got)));
      ASSERT_TRUE(count) << count.error().message();
      ASSERT_EQ(got, plain.substr(wanted, got.size())) << wanted;
    }
    EXPECT_GT(restarts, 150u);
  }
}

TEST(RestartPoints, DamagedDataIsAnError) {
  testing::MemoryMembers members;
  RestartPoint point{.decoded = 1'000, .encoded = 500, .bits = 3};
  point.window.assign(32 << 10, std::byte{7});
  ASSERT_TRUE(add_point(members, point));
  const auto place = find_point(members.format_data(), 2'000);
  ASSERT_TRUE(place);
  EXPECT_EQ(point_at(members.format_data(), *place)->window, point.window);
  EXPECT_FALSE(find_point(members.format_data(), 999));
  std::vector<std::byte> bad(members.format_data().begin(), members.format_data().end());
  for (std::size_t cut = 0; cut < bad.size(); ++cut) {
    (void)find_point(BytesView(bad).first(cut), 2'000);
    (void)point_at(BytesView(bad).first(cut), *place);
  }
  bad[40] = ~bad[40];
  EXPECT_FALSE(point_at(bad, *place));
}

}  // namespace
}  // namespace bryo::tgz
