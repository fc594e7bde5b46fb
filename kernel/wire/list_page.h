#pragma once

/// The answer of list-objects in its two encodings (http-buckets.md section 5). Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// Bits of an entry's `flags`.
inline constexpr std::uint16_t kEntryCached = 64;
inline constexpr std::uint16_t kEntryInArchive = 128;
inline constexpr std::uint16_t kEntryDirectory = 256;
inline constexpr std::uint16_t kEntryArchive = 512;
inline constexpr std::uint16_t kEntryChunked = 8192;

/// One name. Empty texts and zeros are left out of the encoded entry.
struct ListEntry {
  std::string name{};
  std::string checksum{};
  std::string atime{};  ///< formatted
  std::string version{};
  std::string location{};  ///< `t[NODE]:mp[PATH, DISK, hdd]`
  std::string custom{};    ///< `[k:v k2:v2]`
  std::uint64_t size = 0;
  std::int64_t copies = 0;
  std::uint16_t flags = 0;
};

struct ListReply {
  std::string uuid{};
  std::string continuation_token{};
  std::vector<ListEntry> entries{};
  std::uint64_t flags = 0;
};

/// `{"uuid":..,"continuation_token":..,"entries":[..],"flags":0}` and a newline; no entries = null.
[[nodiscard]] std::string list_json(const ListReply& reply);

/// Byte for byte what the reference sends: keys UUID, ContinuationToken, Entries, Flags; n cs a v t m s c f; sizes and
/// copies of 128 and more in signed form.
[[nodiscard]] std::string list_msgpack(const ListReply& reply);

}  // namespace bryo::kernel
