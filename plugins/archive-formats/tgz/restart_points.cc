#include "restart_points.h"

#include <cstring>

namespace bryo::tgz {
namespace {

/// In front of each packed window, which is padded to 8 bytes.
struct PointHeader {
  std::uint64_t decoded;
  std::uint64_t encoded;
  std::uint32_t packed;
  std::uint16_t window;  ///< its size, less 1; 0 and `packed` 0: none
  std::uint16_t bits;
};

std::size_t padding(std::size_t size) { return (8 - size % 8) % 8; }

std::optional<PointHeader> header_at(BytesView data, std::size_t at) {
  PointHeader header;
  if (at + sizeof header > data.size()) return std::nullopt;
  std::memcpy(&header, data.data() + at, sizeof header);
  if (header.packed > data.size() - at - sizeof header) return std::nullopt;
  return header;
}

}  // namespace

Status add_point(MemberSink& members, const RestartPoint& point) {
  std::vector<std::byte> packed;
  if (!point.window.empty()) {
    uLongf size = ::compressBound(static_cast<uLong>(point.window.size()));
    packed.resize(size);
    const int code =
        ::compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(point.window.data()),
                    static_cast<uLong>(point.window.size()), 1);
    if (code != Z_OK) return Error(Errc::Internal, "zlib cannot deflate a window: " + std::to_string(code));
    packed.resize(size);
  }
  const PointHeader header{.decoded = point.decoded,
                           .encoded = point.encoded,
                           .packed = static_cast<std::uint32_t>(packed.size()),
                           .window = static_cast<std::uint16_t>(point.window.empty() ? 0 : point.window.size() - 1),
                           .bits = point.bits};
  packed.resize(packed.size() + padding(packed.size()));
  BRYO_CHECK(members.add_format_data(std::as_bytes(std::span(&header, 1))));
  return members.add_format_data(packed);
}

std::optional<PointPlace> find_point(BytesView format_data, std::uint64_t decoded) {
  std::optional<PointPlace> found;
  for (std::size_t at = 0; const auto header = header_at(format_data, at);) {
    if (header->decoded > decoded) break;
    found = {header->decoded, at};
    at += sizeof *header + header->packed + padding(header->packed);
  }
  return found;
}

Result<RestartPoint> point_at(BytesView format_data, const PointPlace& place) {
  const auto header = header_at(format_data, place.at);
  const Error damaged(Errc::InvalidArgument, "a restart point in the index is damaged");
  if (!header) return damaged;
  RestartPoint point{
      .decoded = header->decoded, .encoded = header->encoded, .bits = static_cast<std::uint8_t>(header->bits & 7)};
  if (header->packed == 0) return point;
  point.window.resize(std::size_t{header->window} + 1);
  uLongf size = static_cast<uLongf>(point.window.size());
  const BytesView packed = format_data.subspan(place.at + sizeof *header, header->packed);
  const int code = ::uncompress(reinterpret_cast<Bytef*>(point.window.data()), &size,
                                reinterpret_cast<const Bytef*>(packed.data()), static_cast<uLong>(packed.size()));
  if (code != Z_OK || size != point.window.size()) return damaged;
  return point;
}

}  // namespace bryo::tgz
