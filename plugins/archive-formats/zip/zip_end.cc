#include "zip_end.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "zip_layout.h"

namespace bryo::zip {
namespace {

constexpr std::size_t kMaxComment = 0xffff;

/// The fields that both end records have.
struct EndRecord {
  std::uint64_t at = 0;  ///< of the record itself: the directory ends before it
  std::uint64_t disk = 0;
  std::uint64_t directory_disk = 0;
  std::uint64_t entries_here = 0;
  std::uint64_t entries = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
};

EndRecord plain_end(const std::byte* record, std::uint64_t at) {
  return {.at = at,
          .disk = load<std::uint16_t>(record + 4),
          .directory_disk = load<std::uint16_t>(record + 6),
          .entries_here = load<std::uint16_t>(record + 8),
          .entries = load<std::uint16_t>(record + 10),
          .size = load<std::uint32_t>(record + 12),
          .offset = load<std::uint32_t>(record + 16)};
}

EndRecord wide_end(const std::byte* record, std::uint64_t at) {
  return {.at = at,
          .disk = load<std::uint32_t>(record + 16),
          .directory_disk = load<std::uint32_t>(record + 20),
          .entries_here = load<std::uint64_t>(record + 24),
          .entries = load<std::uint64_t>(record + 32),
          .size = load<std::uint64_t>(record + 40),
          .offset = load<std::uint64_t>(record + 48)};
}

bool too_narrow(const EndRecord& end) {
  return end.disk == kNarrow16 || end.directory_disk == kNarrow16 || end.entries_here == kNarrow16 ||
         end.entries == kNarrow16 || end.size == kNarrow32 || end.offset == kNarrow32;
}

Result<bool> has_signature(const OpenObject& archive, std::uint64_t at, std::uint32_t signature) {
  std::array<std::byte, sizeof signature> bytes;
  if (at > archive.size() || bytes.size() > archive.size() - at) return false;
  BRYO_CHECK(archive.read_blocking(at, bytes));
  return load<std::uint32_t>(bytes.data()) == signature;
}

/// The ZIP64 record of an archive whose plain one is at `end`; nullopt when there is none.
Result<std::optional<EndRecord>> find_wide_end(const OpenObject& archive, std::uint64_t end, std::string_view label) {
  if (end < kLocatorSize) return std::nullopt;
  std::array<std::byte, kLocatorSize> locator;
  BRYO_CHECK(archive.read_blocking(end - kLocatorSize, locator));
  if (load<std::uint32_t>(locator.data()) != kLocatorSignature) return std::nullopt;
  if (end < kLocatorSize + kWideEndSize) return not_a_zip(label, "is cut in front of its ZIP64 end record");
  const std::uint64_t last = end - kLocatorSize - kWideEndSize;
  // Its offset does not know of bytes in front of the archive; then the record still stands in front of its locator.
  for (const std::uint64_t at : {load<std::uint64_t>(locator.data() + 8), last}) {
    if (at > last) continue;
    std::array<std::byte, kWideEndSize> record;
    BRYO_CHECK(archive.read_blocking(at, record));
    if (load<std::uint32_t>(record.data()) == kWideEndSignature) return std::optional(wide_end(record.data(), at));
  }
  return not_a_zip(
      label, "has no ZIP64 end record where its locator at offset " + std::to_string(end - kLocatorSize) + " says");
}

Result<DirectoryPlace> place_of(const OpenObject& archive, std::string_view label, EndRecord end) {
  if (too_narrow(end)) {
    BRYO_TRY(wide, find_wide_end(archive, end.at, label));
    if (wide) end = *wide;
  }
  if (end.disk != 0 || end.directory_disk != 0 || end.entries_here != end.entries) {
    return not_a_zip(label, "is one part of several: join them");
  }
  if (end.size > end.at || end.offset > end.at - end.size) {
    return not_a_zip(label, "has a directory that does not end before offset " + std::to_string(end.at));
  }
  DirectoryPlace place{.begin = end.at - end.size, .size = end.size, .entries = end.entries};
  place.shift = place.begin - end.offset;
  if (end.size == 0) return place;
  if (place.shift != 0) {
    // Something may stand between directory and end record; then the offsets are right as they are.
    BRYO_TRY(unshifted, has_signature(archive, end.offset, kEntrySignature));
    if (unshifted) place = {.begin = end.offset, .size = end.size, .entries = end.entries};
  }
  BRYO_TRY(found, has_signature(archive, place.begin, kEntrySignature));
  if (found) return place;
  return not_a_zip(label, "has no directory at offset " + std::to_string(place.begin));
}

}  // namespace

Error not_a_zip(std::string_view label, const std::string& what) {
  return Error(Errc::InvalidArgument, "zip: not a valid zip file: " + std::string(label) + " " + what);
}

Result<DirectoryPlace> find_directory(const OpenObject& archive, std::string_view label) {
  std::vector<std::byte> tail(
      static_cast<std::size_t>(std::min<std::uint64_t>(archive.size(), kEndSize + kMaxComment)));
  const std::uint64_t tail_begin = archive.size() - tail.size();
  if (!tail.empty()) BRYO_CHECK(archive.read_blocking(tail_begin, tail));
  std::optional<Error> why;
  // A signature may also stand in a comment or in content: a record with which the file ends is preferred.
  for (const bool ends_the_file : {true, false}) {
    for (std::size_t at = tail.size() < kEndSize ? 0 : tail.size() - kEndSize + 1; at-- > 0;) {
      const std::byte* record = tail.data() + at;
      if (load<std::uint32_t>(record) != kEndSignature) continue;
      const std::size_t behind = tail.size() - at - kEndSize;
      const std::size_t comment = load<std::uint16_t>(record + 20);
      if (ends_the_file ? comment != behind : comment >= behind) continue;
      auto place = place_of(archive, label, plain_end(record, tail_begin + at));
      if (place || place.error().code() != Errc::InvalidArgument) return place;
      if (!why) why = place.error();
    }
  }
  if (why) return *why;
  return not_a_zip(label, "has no directory at its end: it is cut, or something else");
}

}  // namespace bryo::zip
