#pragma once

/// One line of the log as text or JSON (observability.md section 5). Pure. Whatever the values hold, the result is one
/// line without control characters: a hostile object name can neither forge a line nor drive a terminal.

#include <bryo/host.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace bryo::kernel {

enum class LogLevel : std::uint8_t { Trace, Debug, Info, Warning, Error };
[[nodiscard]] std::string_view level_name(LogLevel level) noexcept;

enum class LogFormat : std::uint8_t { Text, Json };

/// What one line says. Views live until the line is made.
struct LogRecord {
  std::int64_t unix_ns = 0;
  LogLevel level = LogLevel::Info;
  std::string_view component;
  std::string_view message;
  Log::Fields fields;
};

/// `2026-11-21T02:57:45.123456Z`
[[nodiscard]] std::string rfc3339(std::int64_t unix_ns);

/// `TIME LEVEL COMPONENT [rid=ID] MESSAGE key=value...`; a value is quoted when it is empty or holds a space, a quote,
/// '=' or something that had to be escaped. The field "rid" comes before the message, the others in their order.
[[nodiscard]] std::string text_line(const LogRecord& record);

/// `{"time":...,"level":...,"component":...,"rid":...,"message":...,"key":"value"...}`. A field called like one of the
/// first keys gets a '_' appended.
[[nodiscard]] std::string json_line(const LogRecord& record);

}  // namespace bryo::kernel
