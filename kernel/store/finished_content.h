#pragma once

/// The content of a new version that lies complete in a file of its mountpath.

#include <kernel/store/chunk_layout.h>
#include <kernel/store/descriptor.h>

#include <cstdint>
#include <optional>
#include <string>

namespace bryo::kernel {

/// Movable. Publishing gives the file another name and metadata; its bytes are not touched.
struct FinishedContent {
  Descriptor file{};
  std::uint64_t size = 0;
  std::string checksum_type{};  ///< empty: computed at the commit, in the bucket's type
  std::string checksum_value{};
  std::optional<ChunkLayout> chunks{};
};

}  // namespace bryo::kernel
