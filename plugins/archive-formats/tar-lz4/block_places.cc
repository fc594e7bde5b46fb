#include "block_places.h"

#include <lz4.h>

#include <cstring>

namespace bryo::tar_lz4 {
namespace {

using Record = BlockPlaceWriter::Record;

/// Smaller blocks share a place: decoding this much takes some 20 us.
constexpr std::uint64_t kSpan = 64 << 10;
/// With more records every second one is dropped: 6 MiB of places, 16 GiB of content at the first span.
constexpr std::size_t kMostRecords = 1 << 18;

/// In front of a window, which is padded to 8 bytes. A window that does not shrink is stored.
struct WindowHeader {
  std::uint32_t size;
  std::uint32_t packed;
};

/// At the end of the format data, behind the records.
struct Trailer {
  std::uint64_t count;
  std::uint64_t wrong_from;
};
constexpr std::uint64_t kNowhere = ~std::uint64_t{0};

constexpr unsigned kEncodedBits = 48;

std::size_t padding(std::size_t size) { return (8 - size % 8) % 8; }

template <class T>
BytesView bytes_of(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

}  // namespace

BlockPlaceWriter::BlockPlaceWriter(MemberSink& members, std::uint64_t linked_span)
    : members_(members), linked_span_(linked_span), span_(kSpan) {}

Status BlockPlaceWriter::offer(const BlockPlace& place, BytesView window) {
  const bool needs_window = place.frame.linked() && !window.empty();
  if (place.decoded < next_ || (needs_window && place.decoded < next_linked_)) return {};
  std::uint64_t at = 0;
  if (needs_window) {
    BRYO_TRY(added, add_window(window));
    at = added + 1;
  }
  const std::uint64_t frame = std::uint64_t{place.frame.flags} | std::uint64_t{place.frame.blocks} << 8;
  records_.push_back({.decoded = place.decoded, .encoded = place.encoded | frame << kEncodedBits, .window = at});
  if (records_.size() >= kMostRecords) thin_out();
  next_ = place.decoded + span_;
  next_linked_ = place.decoded + linked_span_;
  return {};
}

void BlockPlaceWriter::thin_out() {
  for (std::size_t i = 0; 2 * i < records_.size(); ++i) records_[i] = records_[2 * i];
  records_.resize((records_.size() + 1) / 2);
  span_ *= 2;
  linked_span_ *= 2;
}

Result<std::uint64_t> BlockPlaceWriter::add_window(BytesView window) {
  std::vector<std::byte> packed(window.size());
  const auto size = static_cast<int>(window.size());
  const int made = ::LZ4_compress_default(reinterpret_cast<const char*>(window.data()),
                                          reinterpret_cast<char*>(packed.data()), size, size - 1);
  if (made > 0) {
    packed.resize(static_cast<std::size_t>(made));
  } else {
    packed.assign(window.begin(), window.end());
  }
  const WindowHeader header{.size = static_cast<std::uint32_t>(window.size()),
                            .packed = static_cast<std::uint32_t>(packed.size())};
  packed.resize(packed.size() + padding(packed.size()));
  BRYO_CHECK(members_.add_format_data(bytes_of(header)));
  BRYO_CHECK(members_.add_format_data(packed));
  const std::uint64_t at = written_;
  written_ += sizeof header + packed.size();
  return at;
}

Status BlockPlaceWriter::finish(std::optional<std::uint64_t> wrong_from) {
  BRYO_CHECK(members_.add_format_data(std::as_bytes(std::span(records_))));
  const Trailer trailer{.count = records_.size(), .wrong_from = wrong_from.value_or(kNowhere)};
  return members_.add_format_data(bytes_of(trailer));
}

BlockPlaces::BlockPlaces(BytesView format_data) : data_(format_data) {
  Trailer trailer;
  if (data_.size() < sizeof trailer) return;
  const std::size_t room = data_.size() - sizeof trailer;
  std::memcpy(&trailer, data_.data() + room, sizeof trailer);
  if (trailer.wrong_from != kNowhere) wrong_from_ = trailer.wrong_from;
  if (trailer.count > room / sizeof(Record)) return;
  count_ = static_cast<std::size_t>(trailer.count);
  windows_ = room - count_ * sizeof(Record);
}

Record BlockPlaces::record(std::size_t i) const {
  Record record;
  std::memcpy(&record, data_.data() + windows_ + i * sizeof record, sizeof record);
  return record;
}

std::optional<BlockPlaces::Found> BlockPlaces::find(std::uint64_t decoded) const {
  std::size_t low = 0;
  for (std::size_t high = count_; low < high;) {
    const std::size_t middle = low + (high - low) / 2;
    if (record(middle).decoded <= decoded) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) return std::nullopt;
  const Record found = record(low - 1);
  const std::uint64_t frame = found.encoded >> kEncodedBits;
  return Found{.place = {.decoded = found.decoded,
                         .encoded = found.encoded & ((std::uint64_t{1} << kEncodedBits) - 1),
                         .frame = {.flags = static_cast<std::uint8_t>(frame & 0xFF),
                                   .blocks = static_cast<std::uint8_t>(frame >> 8)}},
               .window = found.window};
}

Result<std::vector<std::byte>> BlockPlaces::window(const Found& found) const {
  if (found.window == 0) return std::vector<std::byte>();
  const Error damaged(Errc::InvalidArgument, "a window in the index is damaged");
  const std::uint64_t at = found.window - 1;
  WindowHeader header;
  if (windows_ < sizeof header || at > windows_ - sizeof header) return damaged;
  std::memcpy(&header, data_.data() + at, sizeof header);
  const BytesView rest = data_.subspan(static_cast<std::size_t>(at) + sizeof header, windows_ - at - sizeof header);
  if (header.packed > rest.size() || header.size > kWindow || header.packed > header.size) return damaged;
  std::vector<std::byte> window(header.size);
  if (header.packed == header.size) {
    std::memcpy(window.data(), rest.data(), window.size());
    return window;
  }
  const int made =
      ::LZ4_decompress_safe(reinterpret_cast<const char*>(rest.data()), reinterpret_cast<char*>(window.data()),
                            static_cast<int>(header.packed), static_cast<int>(window.size()));
  if (made != static_cast<int>(window.size())) return damaged;
  return window;
}

}  // namespace bryo::tar_lz4
