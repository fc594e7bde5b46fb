#pragma once

/// The node's log. One Logger writes; each part of the node gets a ComponentLog, which is what the SDK calls `Log`.

#include <bryo/host.h>
#include <kernel/log/log_line.h>
#include <kernel/log/log_tail.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// Where and how lines are written.
struct LogSettings {
  LogLevel level = LogLevel::Info;
  LogFormat format = LogFormat::Text;
  std::string directory{};                 ///< of the files; empty: standard error only
  bool to_stderr = true;                   ///< beside files too; always true without them
  std::uint64_t max_size = 64ull << 20;    ///< bytes of one file before the next is begun
  std::uint64_t max_total = 512ull << 20;  ///< bytes of all files; the oldest go
};

/// `log.level` of the cluster configuration, "0" to "5", as ours: up to 2 warnings, 3 info, 4 debug, 5 trace.
[[nodiscard]] constexpr LogLevel level_of_verbosity(int verbosity) noexcept {
  if (verbosity <= 2) return LogLevel::Warning;
  if (verbosity == 3) return LogLevel::Info;
  return verbosity == 4 ? LogLevel::Debug : LogLevel::Trace;
}

/// Thread-safe. Lines are formatted by the caller and written by one thread behind a bounded queue, so that a log that
/// nobody reads (a stuck pipe, a dying disk) never holds an event loop: then the oldest lines are lost, counted, and a
/// line says how many.
class Logger {
 public:
  /// Opens the file if there is one to write (`bryo.log`, rotated to `bryo.1.log`, ...; mode 0640). Fails with Io and
  /// names the path.
  static Result<std::unique_ptr<Logger>> open(LogSettings settings);
  /// Flushes.
  virtual ~Logger() = default;

  /// A child that puts its component's name on every line. Keep the Logger alive as long as it is used.
  [[nodiscard]] std::unique_ptr<Log> component(std::string name);

  [[nodiscard]] bool enabled(LogLevel level) const noexcept { return level >= level_.load(std::memory_order_relaxed); }
  /// Hot.
  void set_level(LogLevel level) noexcept { level_.store(level, std::memory_order_relaxed); }
  void set_format(LogFormat format) noexcept { format_.store(format, std::memory_order_relaxed); }

  virtual void write(LogLevel level, std::string_view component, std::string_view message, Log::Fields fields) = 0;
  /// Returns when every line written before has reached its file or standard error, or after two seconds, when these
  /// are stuck. Blocks: for the end of the process and tests.
  virtual void flush() = 0;
  /// Starts a new file (action `rotate-logs`) before the next line; nothing without files.
  virtual void rotate() = 0;
  /// The last lines, at most 1 MiB of all and 256 KiB of warnings and errors, which are kept longer so.
  [[nodiscard]] virtual LogText all_since(std::uint64_t offset) const = 0;
  [[nodiscard]] virtual LogText errors_since(std::uint64_t offset) const = 0;
  /// Lines lost because the queue was full or a file could not be written.
  [[nodiscard]] virtual std::uint64_t lost() const = 0;

 protected:
  explicit Logger(const LogSettings& settings) : level_(settings.level), format_(settings.format) {}
  [[nodiscard]] LogFormat format() const noexcept { return format_.load(std::memory_order_relaxed); }

 private:
  std::atomic<LogLevel> level_;
  std::atomic<LogFormat> format_;
};

}  // namespace bryo::kernel
