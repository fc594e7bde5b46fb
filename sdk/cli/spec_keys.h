#pragma once

/// Keys of a batch specification: the wire's names and those of the manuals (get-batch.md sections 2 and 13).

#include <bryo/result.h>

#include <cstdint>
#include <string_view>

namespace bryo::cli {

enum class RequestKey : std::uint8_t { In, Format, ContinueOnError, OnlyObjectName, Streaming, Colocation };
enum class EntryKey : std::uint8_t { Object, Bucket, Provider, Uname, ArchPath, Opaque, Start, Length };

/// Without regard to case, '_' and '-'. Fails naming the nearest known key.
Result<RequestKey> request_key(std::string_view name);
Result<EntryKey> entry_key(std::string_view name);

}  // namespace bryo::cli
