#pragma once

/// Objects that arrived in parts are "chunked" on the wire, although they are one file here: how many parts there were.

#include <bryo/result.h>
#include <kernel/store/mountpath.h>

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// A regular value. Kept in the attribute `user.bryo.chunks` (`COUNT MAX_SIZE`); the file's sticky bit says that there
/// is one, so that listings and reads of all other objects pay nothing for it.
struct ChunkLayout {
  std::uint32_t count = 0;
  std::uint64_t max_size = 0;  ///< bytes of the largest
};

[[nodiscard]] bool is_chunked(mode_t mode) noexcept;

/// nullopt when the attribute is missing or says nothing.
std::optional<ChunkLayout> read_chunk_layout(int descriptor);

/// Attribute first, then the bit. `object` is the object in messages.
Status write_chunk_layout(int descriptor, const ChunkLayout& layout, const std::string& object,
                          const Mountpath& mountpath);

}  // namespace bryo::kernel
