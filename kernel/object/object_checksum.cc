#include <kernel/object/object_checksum.h>

#include <kernel/store/checksum.h>
#include <kernel/wire/api_names.h>

#include <algorithm>
#include <array>
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

Result<std::optional<std::pair<std::string, std::string>>> given_checksum(const Headers& headers) {
  constexpr std::array<std::string_view, 6> kTypes{"crc32c", "md5", "sha256", "sha512", "xxhash", "xxhash2"};
  std::optional<std::pair<std::string, std::string>> given;
  const auto type = headers.get(wire::kHeaderChecksumType);
  const auto value = headers.get(wire::kHeaderChecksumValue);
  if (type && !type->empty() && *type != "none" && std::find(kTypes.begin(), kTypes.end(), *type) == kTypes.end()) {
    return Error(Errc::InvalidArgument, "invalid checksum type \"" + std::string(type->substr(0, 120)) +
                                            "\" (expecting [crc32c md5 sha256 sha512 xxhash xxhash2 none])");
  }
  if (type && value && !type->empty() && *type != "none" && !value->empty()) {
    std::string lower(*value);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c | 0x20) : c; });
    given.emplace(std::string(*type), std::move(lower));
  }
  return given;
}

Error bad_checksum(std::string_view type, std::string_view expected, std::string_view computed, std::string_view uri) {
  std::string message = "BAD DATA CHECKSUM: ";
  message.append(type).append("(").append(expected).append(" != ").append(computed).append(") (context: ");
  return Error(Errc::BadChecksum, message.append(uri).append(")"), wire::kErrBadChecksum);
}

}  // namespace bryo::kernel
