#include "restart_points.h"

#include <isa-l/igzip_lib.h>
#include <libdeflate.h>

#include <array>
#include <cstring>
#include <new>

namespace bryo::tgz {
namespace {

using Record = RestartPointWriter::Record;

/// At the default span all that is kept is at most this part of the archive: where windows pack worse than the archive
/// as a whole does, points lie farther apart.
constexpr double kShare = 1.0 / 26;
constexpr double kShareSpan = 768 << 10;
/// Then the next one is looked for this part of a span later.
constexpr std::uint64_t kRetry = 8;

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
    : members_(members), span_(span), packer_(std::make_unique_for_overwrite<Packer>()) {}
RestartPointWriter::~RestartPointWriter() = default;

Result<std::uint64_t> RestartPointWriter::offer(const RestartPoint& point) {
  std::uint64_t at = 0;
  if (!point.window.empty()) {
    const BytesView packed = packer_->pack(point.window);
    const WindowHeader header{.size = static_cast<std::uint32_t>(point.window.size()),
                              .packed = static_cast<std::uint32_t>(packed.size())};
    const std::size_t size = sizeof header + packed.size() + padding(packed.size());
    const auto kept = static_cast<double>(written_ + size + (records_.size() + 2) * sizeof(Record));
    if (kept * static_cast<double>(span_) > static_cast<double>(point.encoded) * kShare * kShareSpan) {
      return point.decoded + span_ / kRetry;
    }
    BRYO_CHECK(members_.add_format_data(bytes_of(header)));
    BRYO_CHECK(members_.add_format_data(packed));
    constexpr std::array<std::byte, 8> kZeros{};
    BRYO_CHECK(members_.add_format_data(BytesView(kZeros).first(padding(packed.size()))));
    at = written_ + 1;
    written_ += size;
  }
  records_.push_back(
      {.decoded = point.decoded, .encoded = point.encoded | std::uint64_t{point.bits} << kEncodedBits, .window = at});
  return point.decoded + span_;
}

Status RestartPointWriter::finish(std::optional<std::uint64_t> wrong_from) {
  BRYO_CHECK(members_.add_format_data(std::as_bytes(std::span(records_))));
  const Trailer trailer{.count = records_.size(), .wrong_from = wrong_from.value_or(kNowhere)};
  return members_.add_format_data(bytes_of(trailer));
}

void RestartPoints::Free::operator()(libdeflate_decompressor* inner) const noexcept {
  ::libdeflate_free_decompressor(inner);
}

RestartPoints::RestartPoints(BytesView format_data) : data_(format_data) {
  Trailer trailer;
  if (data_.size() < sizeof trailer) return;
  const std::size_t room = data_.size() - sizeof trailer;
  std::memcpy(&trailer, data_.data() + room, sizeof trailer);
  if (trailer.wrong_from != kNowhere) wrong_from_ = trailer.wrong_from;
  if (trailer.count > room / sizeof(Record)) return;
  count_ = static_cast<std::size_t>(trailer.count);
  windows_ = room - count_ * sizeof(Record);
}
RestartPoints::~RestartPoints() = default;

Record RestartPoints::record(std::size_t i) const {
  Record record;
  std::memcpy(&record, data_.data() + windows_ + i * sizeof record, sizeof record);
  return record;
}

std::optional<RestartPoints::Found> RestartPoints::find(std::uint64_t decoded) const {
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
  return Found{.decoded = record(low - 1).decoded, .number = low - 1};
}

Result<RestartPoint> RestartPoints::load(const Found& found) {
  const Error damaged(Errc::InvalidArgument, "a restart point in the index is damaged");
  const Record kept = record(found.number);
  RestartPoint point{.decoded = kept.decoded,
                     .encoded = kept.encoded & ((std::uint64_t{1} << kEncodedBits) - 1),
                     .bits = static_cast<std::uint8_t>(kept.encoded >> kEncodedBits & 7)};
  if (point.bits != 0 && point.encoded == 0) return damaged;
  if (kept.window == 0) return point;
  const std::uint64_t at = kept.window - 1;
  WindowHeader header;
  if (windows_ < sizeof header || at > windows_ - sizeof header) return damaged;
  std::memcpy(&header, data_.data() + at, sizeof header);
  const BytesView rest = data_.subspan(static_cast<std::size_t>(at) + sizeof header, windows_ - at - sizeof header);
  if (header.packed > rest.size() || header.size > kWindow || header.packed > header.size) return damaged;
  point.window.resize(header.size);
  if (!unpack(rest.first(header.packed), point.window)) return damaged;
  return point;
}

bool RestartPoints::unpack(BytesView packed, MutableBytes window) {
  if (packed.size() == window.size()) {
    if (!packed.empty()) std::memcpy(window.data(), packed.data(), window.size());
    return true;
  }
  if (!unpacker_) unpacker_.reset(::libdeflate_alloc_decompressor());
  if (!unpacker_) throw std::bad_alloc();
  // Without a place for the size that was made, any other than the window's is a failure.
  return ::libdeflate_deflate_decompress(unpacker_.get(), packed.data(), packed.size(), window.data(), window.size(),
                                         nullptr) == LIBDEFLATE_SUCCESS;
}

}  // namespace bryo::tgz
