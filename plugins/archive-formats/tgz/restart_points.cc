#include "restart_points.h"

#include <isa-l/igzip_lib.h>
#include <libdeflate.h>

#include <array>
#include <new>
#include <utility>

namespace bryo::tgz {
namespace {

/// At the default span all that is kept is at most this part of the archive: where windows pack worse than the archive
/// as a whole does, points lie farther apart.
constexpr double kShare = 1.0 / 26;
constexpr double kShareSpan = 768 << 10;
/// Then the next one is looked for this part of a span later.
constexpr std::uint64_t kRetry = 8;

}  // namespace

/// Deflates windows with ISA-L: five times as fast as zlib's fastest, and packs them as well.
class RestartPointWriter::Packer {
 public:
  /// Valid until the next call.
  BytesView pack(BytesView window) {
    ::isal_deflate_stateless_init(&stream_);
    stream_.level = 2;
    stream_.level_buf = memory_.data();
    stream_.level_buf_size = ISAL_DEF_LVL2_LARGE;
    stream_.end_of_stream = 1;
    stream_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(window.data()));
    stream_.avail_in = static_cast<std::uint32_t>(window.size());
    stream_.next_out = reinterpret_cast<std::uint8_t*>(packed_.data());
    stream_.avail_out = static_cast<std::uint32_t>(packed_.size());
    const bool shrunk = ::isal_deflate_stateless(&stream_) == COMP_OK && stream_.total_out < window.size();
    return shrunk ? BytesView(packed_).first(stream_.total_out) : window;
  }

 private:
  isal_zstream stream_;
  std::array<std::uint8_t, ISAL_DEF_LVL2_LARGE> memory_;
  std::array<std::byte, kWindow> packed_;
};

RestartPointWriter::RestartPointWriter(MemberSink& members, std::uint64_t span)
    : places_(members), span_(span), packer_(std::make_unique_for_overwrite<Packer>()) {}
RestartPointWriter::~RestartPointWriter() = default;

Result<std::uint64_t> RestartPointWriter::offer(const RestartPoint& point) {
  const tar::DecodePlace place{.decoded = point.decoded, .encoded = point.encoded, .own = point.bits};
  if (point.window.empty()) {
    places_.add(place);
  } else {
    const BytesView packed = packer_->pack(point.window);
    const auto kept = static_cast<double>(places_.size_with(packed.size()));
    if (kept * static_cast<double>(span_) > static_cast<double>(point.encoded) * kShare * kShareSpan) {
      return point.decoded + span_ / kRetry;
    }
    BRYO_CHECK(places_.add(place, point.window.size(), packed));
  }
  return point.decoded + span_;
}

Status RestartPointWriter::finish(std::optional<std::uint64_t> wrong_from, std::uint64_t entries_end) {
  return places_.finish(wrong_from, entries_end);
}

void RestartPoints::Free::operator()(libdeflate_decompressor* inner) const noexcept {
  ::libdeflate_free_decompressor(inner);
}

RestartPoints::RestartPoints(BytesView format_data, std::string_view label) : places_(format_data, label) {}
RestartPoints::~RestartPoints() = default;

Result<RestartPoint> RestartPoints::load(const tar::DecodePlace& place) {
  RestartPoint point{
      .decoded = place.decoded, .encoded = place.encoded, .bits = static_cast<std::uint8_t>(place.own & 7)};
  if (point.bits != 0 && point.encoded == 0) return places_.damaged();
  BRYO_TRY(window, places_.window(place, kWindow, [this](BytesView packed, MutableBytes into) {
    if (!unpacker_) unpacker_.reset(::libdeflate_alloc_decompressor());
    if (!unpacker_) throw std::bad_alloc();
    // Without a place for the size that was made, any other than the window's is a failure.
    return ::libdeflate_deflate_decompress(unpacker_.get(), packed.data(), packed.size(), into.data(), into.size(),
                                           nullptr) == LIBDEFLATE_SUCCESS;
  }));
  point.window = std::move(window);
  return point;
}

}  // namespace bryo::tgz
