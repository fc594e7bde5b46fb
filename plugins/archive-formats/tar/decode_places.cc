#include "decode_places.h"

#include <array>
#include <cstring>

namespace bryo::tar {
namespace {

/// In front of a window, which is padded to 8 bytes. A window that did not shrink is stored.
struct WindowHeader {
  std::uint32_t size;
  std::uint32_t packed;
};

/// At the end of the format data, behind the records.
struct Trailer {
  std::uint64_t count;
  std::uint64_t wrong_from;
  std::uint64_t entries_end;
};
constexpr std::uint64_t kNowhere = ~std::uint64_t{0};

constexpr unsigned kEncodedBits = 48;

std::size_t gap_behind(std::size_t size) { return (8 - size % 8) % 8; }
std::size_t window_size(std::size_t packed) { return sizeof(WindowHeader) + packed + gap_behind(packed); }

template <class T>
BytesView bytes_of(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

}  // namespace

Status DecodePlaceWriter::add(const DecodePlace& place, std::size_t size, BytesView packed) {
  const WindowHeader header{.size = static_cast<std::uint32_t>(size),
                            .packed = static_cast<std::uint32_t>(packed.size())};
  constexpr std::array<std::byte, 8> kZeros{};
  BRYO_CHECK(members_.add_format_data(bytes_of(header)));
  BRYO_CHECK(members_.add_format_data(packed));
  BRYO_CHECK(members_.add_format_data(BytesView(kZeros).first(gap_behind(packed.size()))));
  add({.decoded = place.decoded, .encoded = place.encoded, .own = place.own, .window = windows_ + 1});
  windows_ += window_size(packed.size());
  return {};
}

void DecodePlaceWriter::add(const DecodePlace& place) {
  records_.push_back({.decoded = place.decoded,
                      .encoded = place.encoded | std::uint64_t{place.own} << kEncodedBits,
                      .window = place.window});
}

void DecodePlaceWriter::thin_out() {
  for (std::size_t i = 0; 2 * i < records_.size(); ++i) records_[i] = records_[2 * i];
  records_.resize((records_.size() + 1) / 2);
}

Status DecodePlaceWriter::finish(std::optional<std::uint64_t> wrong_from, std::uint64_t entries_end) {
  BRYO_CHECK(members_.add_format_data(std::as_bytes(std::span(records_))));
  const Trailer trailer{
      .count = records_.size(), .wrong_from = wrong_from.value_or(kNowhere), .entries_end = entries_end};
  return members_.add_format_data(bytes_of(trailer));
}

std::uint64_t DecodePlaceWriter::size_with(std::size_t packed) const noexcept {
  static_assert(sizeof(Trailer) <= sizeof(Record));
  return windows_ + window_size(packed) + (records_.size() + 2) * sizeof(Record);
}

DecodePlaces::DecodePlaces(BytesView format_data, std::string_view label) : data_(format_data), label_(label) {
  Trailer trailer;
  if (data_.size() < sizeof trailer) return;
  const std::size_t room = data_.size() - sizeof trailer;
  std::memcpy(&trailer, data_.data() + room, sizeof trailer);
  if (trailer.wrong_from != kNowhere) wrong_from_ = trailer.wrong_from;
  entries_end_ = trailer.entries_end;
  if (trailer.count > room / sizeof(Record)) return;
  count_ = static_cast<std::size_t>(trailer.count);
  windows_ = room - count_ * sizeof(Record);
}

DecodePlaces::Record DecodePlaces::record(std::size_t i) const {
  Record record;
  std::memcpy(&record, data_.data() + windows_ + i * sizeof record, sizeof record);
  return record;
}

std::optional<DecodePlace> DecodePlaces::find(std::uint64_t decoded) const {
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
  return DecodePlace{.decoded = found.decoded,
                     .encoded = found.encoded & ((std::uint64_t{1} << kEncodedBits) - 1),
                     .own = static_cast<std::uint16_t>(found.encoded >> kEncodedBits),
                     .window = found.window};
}

Result<std::vector<std::byte>> DecodePlaces::window(const DecodePlace& place, std::size_t most,
                                                    const Unpack& unpack) const {
  std::vector<std::byte> window;
  if (place.window == 0) return window;
  const std::uint64_t at = place.window - 1;
  WindowHeader header;
  if (windows_ < sizeof header || at > windows_ - sizeof header) return damaged();
  std::memcpy(&header, data_.data() + at, sizeof header);
  const BytesView rest = data_.subspan(static_cast<std::size_t>(at) + sizeof header, windows_ - at - sizeof header);
  if (header.packed > rest.size() || header.size > most || header.packed > header.size) return damaged();
  const BytesView packed = rest.first(header.packed);
  if (header.packed == header.size) {
    window.assign(packed.begin(), packed.end());
    return window;
  }
  window.resize(header.size);
  if (!unpack(packed, window)) return damaged();
  return window;
}

Error DecodePlaces::damaged() const {
  return Error(Errc::InvalidArgument,
               "a place to begin in the index of " + std::string(label_) + " is damaged; store the archive again");
}

}  // namespace bryo::tar
