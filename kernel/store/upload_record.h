#pragma once

/// What the extended attribute `user.bryo.upload` says: on the directory of an upload, which object it will be; on each
/// of its pieces, how much of the file counts. Lines of text that `getfattr -d` shows.

#include <bryo/result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace bryo::kernel {

inline constexpr const char* kUploadAttribute = "user.bryo.upload";

enum class UploadKind : std::uint8_t {
  Append,     ///< one piece that grows
  Multipart,  ///< numbered pieces
};

/// `1 <a or m> <bucket id, hex> <object>`; the name is the rest of the record, whatever is in it.
struct UploadRecord {
  UploadKind kind = UploadKind::Append;
  std::uint64_t bucket_id = 0;
  std::string object{};
};

/// `1 <size> <CRC-32C, hex>` of what was acknowledged; the sum is of parts, appends leave it 0. A file that is longer
/// was being written to at a crash.
struct PieceRecord {
  std::uint64_t size = 0;
  std::uint32_t crc32c = 0;
};

std::string encode(const UploadRecord& record);
std::string encode(const PieceRecord& record);
/// Fail with Io; the caller's sentence names the file.
Result<UploadRecord> decode_upload_record(std::string_view text);
Result<PieceRecord> decode_piece_record(std::string_view text);

}  // namespace bryo::kernel
