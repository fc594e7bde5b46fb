#include "block_places.h"

#include <lz4.h>

namespace bryo::tar_lz4 {
namespace {

/// Smaller blocks share a place: decoding this much takes some 20 us.
constexpr std::uint64_t kSpan = 64 << 10;
/// With more places every second one is dropped: 6 MiB of them, 16 GiB of content at the first span.
constexpr std::size_t kMostPlaces = 1 << 18;

}  // namespace

BlockPlaceWriter::BlockPlaceWriter(MemberSink& members, std::uint64_t linked_span)
    : places_(members), linked_span_(linked_span), span_(kSpan) {}

Status BlockPlaceWriter::offer(const BlockPlace& place, BytesView window) {
  const bool needs_window = place.frame.linked() && !window.empty();
  if (place.decoded < next_ || (needs_window && place.decoded < next_linked_)) return {};
  const auto frame = static_cast<std::uint16_t>(place.frame.flags | place.frame.blocks << 8);
  BRYO_CHECK(
      add({.decoded = place.decoded, .encoded = place.encoded, .own = frame}, needs_window ? window : BytesView()));
  if (places_.count() >= kMostPlaces) {
    places_.thin_out();
    span_ *= 2;
    linked_span_ *= 2;
  }
  next_ = place.decoded + span_;
  next_linked_ = place.decoded + linked_span_;
  return {};
}

Status BlockPlaceWriter::add(const tar::DecodePlace& place, BytesView window) {
  if (window.empty()) {
    places_.add(place);
    return {};
  }
  std::vector<std::byte> packed(window.size());
  const auto size = static_cast<int>(window.size());
  const int made = ::LZ4_compress_default(reinterpret_cast<const char*>(window.data()),
                                          reinterpret_cast<char*>(packed.data()), size, size - 1);
  return places_.add(place, window.size(), made > 0 ? BytesView(packed).first(static_cast<std::size_t>(made)) : window);
}

Status BlockPlaceWriter::finish(std::optional<std::uint64_t> wrong_from, std::uint64_t entries_end) {
  return places_.finish(wrong_from, entries_end);
}

BlockPlace block_at(const tar::DecodePlace& place) {
  return {.decoded = place.decoded,
          .encoded = place.encoded,
          .frame = {.flags = static_cast<std::uint8_t>(place.own & 0xFF),
                    .blocks = static_cast<std::uint8_t>(place.own >> 8)}};
}

Result<std::vector<std::byte>> window_before(const tar::DecodePlace& place, const tar::DecodePlaces& places) {
  return places.window(place, kWindow, [](BytesView packed, MutableBytes into) {
    const int made =
        ::LZ4_decompress_safe(reinterpret_cast<const char*>(packed.data()), reinterpret_cast<char*>(into.data()),
                              static_cast<int>(packed.size()), static_cast<int>(into.size()));
    return made == static_cast<int>(into.size());
  });
}

}  // namespace bryo::tar_lz4
