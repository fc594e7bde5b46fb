#pragma once

/// What commands that get objects or members do with the bytes.

#include <bryo/client/byte_stream.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace bryo::cli {

class Console;
class Progress;

/// The file for `name`: its last part, below `destination` if that is a folder or ends with '/'.
std::string local_path(const std::string& destination, std::string_view name);

/// The file appears when it is whole. Bytes are counted as they come, then the item.
Status receive_into_file(client::ByteInput& input, const std::string& path, Progress& progress);
/// To standard output. Bytes are counted as they come.
Status receive_into_output(client::ByteInput& input, Progress& progress, Console& console);

/// The line (or JSON) at the end: what was got, from where, how fast. `thing` is what `progress` counted: "object".
void report_received(Console& console, std::string_view thing, const std::string& source,
                     const std::string& destination, const Progress& progress, std::uint64_t failed);

}  // namespace bryo::cli
