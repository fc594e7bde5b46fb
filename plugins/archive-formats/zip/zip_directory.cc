#include "zip_directory.h"

#include <bryo/bytes.h>

#include "zip_layout.h"

namespace bryo::zip {
namespace {

/// The data of an extra field; nullopt when it is not there.
std::optional<BytesView> extra_field(BytesView extra, std::uint16_t wanted) {
  constexpr std::size_t kHead = 4;
  while (extra.size() >= kHead) {
    const auto id = load<std::uint16_t>(extra.data());
    const std::size_t size = load<std::uint16_t>(extra.data() + 2);
    if (size > extra.size() - kHead) break;
    if (id == wanted) return extra.subspan(kHead, size);
    extra = extra.subspan(kHead + size);
  }
  return std::nullopt;
}

/// Replaces what 32 bits do not hold (APPNOTE 4.5.3): the wide field has only those numbers, in this order.
void widen(Entry& entry, BytesView extra) {
  std::uint64_t* const numbers[] = {&entry.size, &entry.packed, &entry.header};
  BytesView wide;
  bool looked = false;
  for (std::uint64_t* number : numbers) {
    if (*number != kNarrow32) continue;
    if (!looked) wide = extra_field(extra, kWideExtra).value_or(BytesView());
    looked = true;
    if (wide.size() < sizeof *number) {
      entry.sizes_missing = true;
      return;
    }
    *number = load<std::uint64_t>(wide.data());
    wide = wide.subspan(sizeof *number);
  }
  if (entry.disk != kNarrow16) return;
  if (!looked) wide = extra_field(extra, kWideExtra).value_or(BytesView());
  if (wide.size() >= sizeof entry.disk) entry.disk = load<std::uint32_t>(wide.data());
}

}  // namespace

Result<std::optional<Entry>> DirectoryWalk::next() {
  const std::uint64_t left = place_.begin + place_.size - at_;
  if (left == 0) return std::nullopt;
  const auto damaged = [this] { return not_a_zip(label_, "has a damaged directory at offset " + std::to_string(at_)); };
  if (left < kEntrySize) return damaged();
  BRYO_TRY(head, window_.at(at_, kEntrySize));
  if (load<std::uint32_t>(head) != kEntrySignature) return damaged();
  const std::size_t name_size = load<std::uint16_t>(head + 28);
  const std::size_t extra_size = load<std::uint16_t>(head + 30);
  const std::size_t whole = kEntrySize + name_size + extra_size + load<std::uint16_t>(head + 32);
  if (left < whole) return damaged();
  BRYO_TRY(bytes, window_.at(at_, whole));
  Entry entry{.name = as_text(BytesView(bytes + kEntrySize, name_size)),
              .flags = load<std::uint16_t>(bytes + 8),
              .method = load<std::uint16_t>(bytes + 10),
              .crc = load<std::uint32_t>(bytes + 16),
              .packed = load<std::uint32_t>(bytes + 20),
              .size = load<std::uint32_t>(bytes + 24),
              .header = load<std::uint32_t>(bytes + 42),
              .disk = load<std::uint16_t>(bytes + 34)};
  widen(entry, {bytes + kEntrySize + name_size, extra_size});
  // What lies beyond every file stays there.
  entry.header = entry.header > ~place_.shift ? ~std::uint64_t{0} : entry.header + place_.shift;
  at_ += whole;
  return std::optional(entry);
}

}  // namespace bryo::zip
