#pragma once

/// The extended attribute `user.bryo` of an object's file: one line of text with its own checksum.
///
///   1 <XXH64 of the rest, base 36> <size> <checksum type>:<value> <version> <mtime ns, base 36>[ <key>=<value>]...
///
/// "-" stands for no checksum and no version. Base 36 keeps the record of an ordinary object within 68 bytes, which
/// ext4 stores inside a 256-byte inode; a longer one costs a disk block of its own. `getfattr -d` shows it readably.

#include <bryo/objects.h>

#include <string>
#include <string_view>

namespace bryo::kernel {

inline constexpr const char* kRecordAttribute = "user.bryo";

std::string encode_object_record(const ObjectAttributes& attributes);

/// Fails with Io saying what is wrong with the record; the caller's sentence names the file.
Result<ObjectAttributes> decode_object_record(std::string_view record);

}  // namespace bryo::kernel
