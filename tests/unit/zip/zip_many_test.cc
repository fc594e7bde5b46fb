#include <algorithm>
#include <cstring>

#include "zip_fixture.h"

namespace bryo::zip {
namespace {

/// An archive of empty members with numbers for names, made where it is read. ZIP64, for there are many.
class ManyMembers final : public OpenObject {
 public:
  enum class Order { Ascending, Descending };

  ManyMembers(std::uint64_t count, Order order)
      : OpenObject(count * (kLocal + kEntry) + end_of_many(count).size(), 1),
        count_(count),
        order_(order),
        local_(local_of(stored(std::string(kDigits, '0'), ""))),
        entry_(entry_of(stored(std::string(kDigits, '0'), ""))),
        end_(end_of_many(count)) {}
  [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }
  [[nodiscard]] std::uint64_t directory_size() const noexcept { return count_ * kEntry; }

  std::optional<Status> try_read(std::uint64_t offset, MutableBytes out) const override {
    return read_blocking(offset, out);
  }
  Task<Status> read(std::uint64_t offset, MutableBytes out) const override { co_return read_blocking(offset, out); }
  Status read_blocking(std::uint64_t offset, MutableBytes out) const override {
    bytes_read_ += out.size();
    while (!out.empty()) {
      const std::uint64_t directory = count_ * kLocal;
      const std::uint64_t behind = directory + count_ * kEntry;
      std::uint64_t at = offset;
      std::string_view record;
      if (offset < directory) {
        at = offset % kLocal;
        record = local(offset / kLocal);
      } else if (offset < behind) {
        at = (offset - directory) % kEntry;
        record = entry((offset - directory) / kEntry);
      } else {
        at = offset - behind;
        record = end_;
      }
      const std::size_t some = std::min<std::size_t>(record.size() - at, out.size());
      std::memcpy(out.data(), record.data() + at, some);
      out = out.subspan(some);
      offset += some;
    }
    return {};
  }
  void will_need(std::uint64_t, std::uint64_t) const override {}
  Result<std::shared_ptr<const ObjectAttributes>> attributes() const override {
    return std::make_shared<const ObjectAttributes>();
  }

 private:
  static constexpr std::size_t kDigits = 8;
  static constexpr std::uint64_t kLocal = kLocalSize + kDigits;
  static constexpr std::uint64_t kEntry = kEntrySize + kDigits;
  static constexpr std::size_t kHeaderField = 42;

  static std::string end_of_many(std::uint64_t count) {
    return wide_end_of(count, count * kEntry, count * kLocal, count * (kLocal + kEntry));
  }
  /// Only what differs is written: there may be ten million of them.
  static void name(std::string& record, std::size_t at, std::uint64_t number) {
    for (std::size_t i = kDigits; i-- > 0; number /= 10) record[at + i] = static_cast<char>('0' + number % 10);
  }
  std::string_view local(std::uint64_t number) const {
    name(local_, kLocalSize, number);
    return local_;
  }
  std::string_view entry(std::uint64_t i) const {
    const std::uint64_t number = order_ == Order::Ascending ? i : count_ - 1 - i;
    name(entry_, kEntrySize, number);
    const auto header = static_cast<std::uint32_t>(number * kLocal);
    std::memcpy(entry_.data() + kHeaderField, &header, sizeof header);
    return entry_;
  }

  const std::uint64_t count_;
  const Order order_;
  mutable std::string local_;
  mutable std::string entry_;
  const std::string end_;
  mutable std::uint64_t bytes_read_ = 0;
};

class ZipMany : public ZipTest {};

/// The index's limit, not the archive, says what it costs.
TEST_F(ZipMany, MembersEndAtTheIndexesLimit) {
  const ManyMembers archive(300'000, ManyMembers::Order::Ascending);
  const auto whole = testing::index_of(reader, archive, kLabel);
  ASSERT_TRUE(whole) << whole.error().message();
  EXPECT_EQ((*whole)->size(), 300'000u);
  const auto index = testing::index_of(reader, archive, kLabel, 100'000);
  ASSERT_FALSE(index);
  EXPECT_EQ(index.error().code(), Errc::TooLarge);
}

TEST_F(ZipMany, MembersInAnyOrder) {
  const ManyMembers archive(100'000, ManyMembers::Order::Descending);
  const auto index = testing::index_of(reader, archive, kLabel);
  ASSERT_TRUE(index) << index.error().message();
  EXPECT_EQ((*index)->size(), 100'000u);
}

/// What it takes to put them in order is more than an archive may cost: known before any of it is taken.
TEST_F(ZipMany, TooManyInAnotherOrderAreRefused) {
  const ManyMembers archive(4'194'305, ManyMembers::Order::Descending);
  const auto index = testing::index_of(reader, archive, kLabel);
  ASSERT_FALSE(index);
  EXPECT_EQ(index.error().code(), Errc::TooLarge);
  EXPECT_EQ(index.error().message(),
            "ais://b/s.zip has 4194305 members in another order than its directory, more than 4194304: zip them again");
  EXPECT_LE(archive.bytes_read(), archive.directory_size() + (1 << 20)) << "one pass";
}

/// In order they take no memory but that of the index.
TEST_F(ZipMany, TenMillionMembersEndAtTheIndexesLimit) {
  const ManyMembers archive(10'000'000, ManyMembers::Order::Ascending);
  const auto index = testing::index_of(reader, archive, kLabel, 100'000);
  ASSERT_FALSE(index);
  EXPECT_EQ(index.error().code(), Errc::TooLarge);
  EXPECT_LE(archive.bytes_read(), archive.directory_size() + archive.directory_size() / 50);
}

}  // namespace
}  // namespace bryo::zip
