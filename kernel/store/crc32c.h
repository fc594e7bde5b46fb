#pragma once

/// CRC-32C (Castagnoli, polynomial 0x1EDC6F41 reflected), as iSCSI and the cloud stores use it.

#include <bryo/bytes.h>

#include <cstdint>

namespace bryo::kernel {

/// The CRC of what came before extended by `bytes`; start with 0. Uses SSE4.2 where the processor has it.
std::uint32_t extend_crc32c(std::uint32_t crc, BytesView bytes) noexcept;

/// The CRC of one content and another one behind it, from the CRCs of both and the length of the second. Takes well
/// below a microsecond for any length.
std::uint32_t join_crc32c(std::uint32_t first, std::uint32_t second, std::uint64_t second_length) noexcept;

/// The table form, for processors without the instruction; same values.
std::uint32_t extend_crc32c_portable(std::uint32_t crc, BytesView bytes) noexcept;

}  // namespace bryo::kernel
