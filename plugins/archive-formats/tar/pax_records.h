#pragma once

/// The content of PAX extended headers: records "LENGTH KEY=VALUE\n" (POSIX.1-2001). Pure.

#include <bryo/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bryo::tar {

/// Appends one record. LENGTH counts itself.
void append_pax_record(std::string& out, std::string_view key, std::string_view value);

/// What the records say about the member that follows.
struct PaxOverrides {
  std::optional<std::string> path{};
  std::optional<std::uint64_t> size{};
  bool sparse = false;  ///< a GNU.sparse.* record is there
};

/// Other keys are ignored, the last of equal ones wins, an empty value takes an override back. Fails with
/// InvalidArgument when a record is malformed, without naming the archive.
Result<PaxOverrides> parse_pax_records(std::string_view records);

}  // namespace bryo::tar
