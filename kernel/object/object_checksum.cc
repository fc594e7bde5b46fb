#include <kernel/object/object_checksum.h>

#include <kernel/store/checksum.h>
#include <kernel/wire/api_names.h>

#include <algorithm>
#include <memory>

namespace bryo::kernel {

Result<std::string> checksum_of_part_blocking(const OpenObject& object, std::string_view type, std::uint64_t offset,
                                              std::uint64_t length) {
  constexpr std::size_t kPiece = 1 << 20;
  BRYO_TRY(parsed, parse_checksum_type(type));
  Checksum checksum(parsed);
  const auto piece = std::make_unique_for_overwrite<std::byte[]>(kPiece);
  while (length > 0) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, length));
    BRYO_CHECK(object.read_blocking(offset, MutableBytes(piece.get(), size)));
    checksum.update(BytesView(piece.get(), size));
    offset += size;
    length -= size;
  }
  return checksum.finish();
}

Error bad_checksum(std::string_view type, std::string_view expected, std::string_view computed, std::string_view uri) {
  std::string message = "BAD DATA CHECKSUM: ";
  message.append(type).append("(").append(expected).append(" != ").append(computed).append(") (context: ");
  return Error(Errc::BadChecksum, message.append(uri).append(")"), wire::kErrBadChecksum);
}

}  // namespace bryo::kernel
