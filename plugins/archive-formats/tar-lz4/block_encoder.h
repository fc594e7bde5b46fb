#pragma once

/// The parts of the LZ4 frame (LZ4 Frame Format 1.6.3) that Bryo writes: get-batch.md section 6. liblz4's own writer of
/// frames makes the same bytes, but one block after the other.

#include <bryo/archive_buffer.h>

#include <cstddef>

namespace bryo::tar_lz4 {

/// Content of all blocks but the last.
inline constexpr std::size_t kBlockSize = 256 << 10;
/// Room for what headers of TAR may go beyond a block.
inline constexpr std::size_t kHeaders = 8 << 10;

void append_frame_header(ArchiveBuffer& out);
/// `content`: at least one byte, at most kBlockSize. Stored where it does not shrink. `level` is that of lz4: from 3 on
/// another way to search, much slower. Any thread.
void append_block(BytesView content, int level, ArchiveBuffer& out);
void append_frame_end(ArchiveBuffer& out);

}  // namespace bryo::tar_lz4
