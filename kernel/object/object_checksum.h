#pragma once

/// Checksums of what is already stored (data-protection.md section 2).

#include <bryo/http.h>
#include <bryo/objects.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bryo::kernel {

/// Hashes a part of an object, lower-case hex. Reads the disk: only on the blocking pool. Fails as the read does.
Result<std::string> checksum_of_part_blocking(const OpenObject& object, std::string_view type, std::uint64_t offset,
                                              std::uint64_t length);

/// Type and value of the checksum that the client says the content has. Fails with 400 for a type that does not exist.
Result<std::optional<std::pair<std::string, std::string>>> given_checksum(const Headers& headers);

/// `BAD DATA CHECKSUM: md5(GIVEN != COMPUTED) (context: ais://b/o)`, 500.
[[nodiscard]] Error bad_checksum(std::string_view type, std::string_view expected, std::string_view computed,
                                 std::string_view uri);

}  // namespace bryo::kernel
