#pragma once

/// The metadata of an object's file: `user.bryo` read, checked and written.

#include <bryo/objects.h>
#include <kernel/store/mountpath.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// The path of an open file as of now (splits move files); for messages.
std::string path_of(int descriptor);

/// Reads and checks the record. Fails with Io naming the file when it is missing, damaged, or says another size than
/// `size`, the file's.
Result<ObjectAttributes> read_attributes(int descriptor, std::uint64_t size);

/// The record of the file at `path` as it is; 0 or an errno. Needs no descriptor.
int load_record(const char* path, std::string& record);
/// Checks a record that was loaded from `path`, in the same way; without a size, all but the size.
Result<ObjectAttributes> check_record(std::string_view record, const std::string& path,
                                      std::optional<std::uint64_t> size);

/// Replaces the record in one step. `object` is the object in messages. Fails with InvalidArgument when the file system
/// does not keep so much with a file, OutOfSpace when it is full.
Status write_attributes(int descriptor, const ObjectAttributes& attributes, const std::string& object,
                        const Mountpath& mountpath);

/// Keeps the true name with a file whose file name is a hash; before write_attributes, which tells when there is no
/// room.
Status write_name(int descriptor, const std::string& name, const std::string& object, const Mountpath& mountpath);

/// All that a file needs, besides its content, to be published as the object `name`: true name, record, modification
/// time. `object` is the object in messages.
Status describe_file(int descriptor, const std::string& name, const ObjectAttributes& attributes,
                     const std::string& object, const Mountpath& mountpath);

}  // namespace bryo::kernel
