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
      : OpenObject(count * (kLocal + kEntry) + end(count).size(), 1), count_(count), order_(order) {}

  std::optional<Status> try_read(std::uint64_t offset, MutableBytes out) const override {
    return read_blocking(offset, out);
  }
  Task<Status> read(std::uint64_t offset, MutableBytes out) const override { co_return read_blocking(offset, out); }
  Status read_blocking(std::uint64_t offset, MutableBytes out) const override {
    while (!out.empty()) {
      const std::uint64_t directory = count_ * kLocal;
      const std::uint64_t behind = directory + count_ * kEntry;
      std::string record;
      std::uint64_t at = offset;
      if (offset < directory) {
        at = offset % kLocal;
        record = local_of(member(offset / kLocal));
      } else if (offset < behind) {
        at = (offset - directory) % kEntry;
        record = entry_of(member((offset - directory) / kEntry));
      } else {
        at = offset - behind;
        record = end(count_);
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
  static constexpr std::uint64_t kLocal = kLocalSize + 8;
  static constexpr std::uint64_t kEntry = kEntrySize + 8;

  [[nodiscard]] Made member(std::uint64_t number) const {
    Made made = stored(std::to_string(10'000'000 + number), "");
    made.header = (order_ == Order::Ascending ? number : count_ - 1 - number) * kLocal;
    return made;
  }
  static std::string end(std::uint64_t count) {
    return wide_end_of(count, count * kEntry, count * kLocal, count * (kLocal + kEntry));
  }

  const std::uint64_t count_;
  const Order order_;
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

}  // namespace
}  // namespace bryo::zip
