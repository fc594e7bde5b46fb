#pragma once

#include <bryo/result.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace bryo::client {

/// Output formats of a batch (get-batch.md section 6).
enum class ArchiveFormat : std::uint8_t { Tar, Tgz, TarGz, Zip, TarLz4 };

/// `.tar`, `.tgz`, `.tar.gz`, `.zip`, `.tar.lz4`: the wire's `mime`, and the file name's extension.
std::string_view extension_of(ArchiveFormat format) noexcept;

/// The format that the end of `file_name` says, without regard to case.
std::optional<ArchiveFormat> format_of_name(std::string_view file_name) noexcept;

/// Reads `tar`, `.TAR`, `application/x-tar`, ...: the spellings of get-batch.md section 6. Fails naming the accepted
/// ones.
Result<ArchiveFormat> parse_format(std::string_view text);

}  // namespace bryo::client
