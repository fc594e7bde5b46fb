#pragma once

/// Copies of objects.

#include <bryo/objects.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace bryo {

/// Bytes that one copy takes at most: a piece that is read, and one that is written.
inline constexpr std::size_t kCopyMemory = 2 << 20;

/// Makes `name` in the bucket `to` the same version of the same content, custom metadata included. What is read is
/// compared with the checksum of the source, so that damage is not copied: BadChecksum. Fails also with what reading
/// and writing fail with, and with Cancelled when `stopped` answers true between two pieces; then nothing is left.
inline Task<Result<ObjectAttributes>> copy_object(Buckets& buckets, Objects& objects, ObjectPtr from, BucketPtr to,
                                                  std::string name, std::function<bool()> stopped = {}) {
  constexpr std::uint64_t kPiece = kCopyMemory / 2;
  BRYO_CO_TRY(attributes, from->attributes());
  WriteOptions options;
  options.custom = attributes->custom;
  options.size_hint = from->size();
  if (!attributes->version.empty() && buckets.property(*to, "versioning.enabled") == "true") {
    options.version = attributes->version;
  }
  if (!attributes->checksum_value.empty()) {
    options.expected_checksum = {attributes->checksum_type, attributes->checksum_value};
  }
  BRYO_CO_TRY(writer, co_await objects.create(std::move(to), std::move(name), std::move(options)));
  const auto size = static_cast<std::size_t>(std::clamp<std::uint64_t>(from->size(), 1, kPiece));
  const auto piece = std::make_unique_for_overwrite<std::byte[]>(size);
  for (std::uint64_t offset = 0; offset < from->size();) {
    if (stopped && stopped()) co_return Error(Errc::Cancelled, "the copy of an object was stopped");
    const MutableBytes part(piece.get(),
                            static_cast<std::size_t>(std::min<std::uint64_t>(size, from->size() - offset)));
    const auto at_hand = from->try_read(offset, part);
    if (at_hand) {
      BRYO_CO_CHECK(Status(*at_hand));
    } else {
      BRYO_CO_CHECK(co_await from->read(offset, part));
    }
    BRYO_CO_CHECK(co_await writer->write(part));
    offset += part.size();
  }
  co_return co_await writer->commit();
}

}  // namespace bryo
