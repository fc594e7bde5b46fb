#include <kernel/log/logger.h>

#include <kernel/log/log_queue.h>
#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <thread>
#include <vector>

namespace bryo::kernel {
namespace {

constexpr std::size_t kQueueBytes = 1 << 20;
constexpr mode_t kFileMode = 0640;
constexpr std::chrono::milliseconds kFlushLimit{2000};
constexpr std::size_t kTailBytes = 1 << 20;
constexpr std::size_t kErrorTailBytes = 256 << 10;

std::int64_t unix_now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

spdlog::sink_ptr plain(spdlog::sink_ptr sink) {
  sink->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc));
  return sink;
}

enum class Start : std::uint8_t { Append, NewFile };

/// Throws what spdlog throws when the file cannot be opened.
spdlog::sink_ptr open_files(const LogSettings& settings, const std::string& path, Start start) {
  const std::uint64_t size = std::max<std::uint64_t>(settings.max_size, 1024);
  const std::uint64_t files = std::clamp<std::uint64_t>(settings.max_total / size, 2, 10'000);
  spdlog::file_event_handlers handlers;
  handlers.after_open = [](const spdlog::filename_t&, std::FILE* file) {
    struct stat status {};
    // Whoever puts a device or a pipe there keeps its mode.
    const bool ours = ::fstat(::fileno(file), &status) == 0 && S_ISREG(status.st_mode);
    if (ours) ::fchmod(::fileno(file), kFileMode);
  };
  return plain(
      std::make_shared<spdlog::sinks::rotating_file_sink_mt>(path, size, files - 1, start == Start::NewFile, handlers));
}

/// What the writing thread uses. Shared with it, because a thread stuck in a pipe that nobody reads is left behind.
class LogWriter {
 public:
  LogWriter(LogSettings settings, std::string path) : settings_(std::move(settings)), path_(std::move(path)) {
    if (!settings_.directory.empty()) file_ = open_files(settings_, path_, Start::Append);
    if (settings_.directory.empty() || settings_.to_stderr) {
      stderr_ = plain(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    }
  }

  void run() {
    for (auto lines = queue.take(); !lines.empty(); lines = queue.take()) {
      say_what_was_lost();
      for (const auto& line : lines) put(line);
      flush(lines.size());
      queue.written();
    }
  }

  LogQueue queue{kQueueBytes};
  LogTail all{kTailBytes};
  LogTail errors{kErrorTailBytes};

 private:
  void put(const LogQueue::Line& line) {
    if (line.rotate) return rotate();
    all.push(line.text);
    if (line.urgent) errors.push(line.text);
    for (const auto& sink : {file_, stderr_}) {
      if (sink == nullptr) continue;
      // A sink that fails (full disk) must neither stop the others nor end the thread.
      try {
        sink->log(spdlog::details::log_msg(spdlog::string_view_t{}, spdlog::level::info, line.text));
      } catch (const std::exception&) {
        queue.count_lost(1);
      }
    }
  }

  void flush(std::size_t lines) {
    for (const auto& sink : {file_, stderr_}) {
      if (sink == nullptr) continue;
      try {
        sink->flush();
      } catch (const std::exception&) {
        queue.count_lost(lines);
      }
    }
  }

  /// spdlog 1.10 rotates on its own only, or when it opens a file anew.
  void rotate() {
    if (file_ == nullptr) return;
    try {
      file_->flush();
      file_.reset();
      file_ = open_files(settings_, path_, Start::NewFile);
    } catch (const std::exception& e) {
      put({text_line({unix_now_ns(), LogLevel::Error, "log", "cannot begin a new log file", {{"error", e.what()}}}),
           true});
    }
  }

  void say_what_was_lost() {
    const std::uint64_t lost = queue.lost();
    if (lost == told_lost_) return;
    const std::uint64_t more = lost - std::exchange(told_lost_, lost);
    put({text_line(
             {unix_now_ns(), LogLevel::Error, "log", "lines of the log were lost", {{"lines", std::to_string(more)}}}),
         true});
  }

  LogSettings settings_;
  std::string path_;
  spdlog::sink_ptr file_;
  spdlog::sink_ptr stderr_;
  std::uint64_t told_lost_ = 0;
};

/// spdlog's sinks behind a queue of our own: spdlog 1.10's asynchronous logger cannot wait for a flush.
class SpdlogLogger final : public Logger {
 public:
  SpdlogLogger(const LogSettings& settings, std::string path)
      : Logger(settings),
        writer_(std::make_shared<LogWriter>(settings, std::move(path))),
        thread_([writer = writer_] { writer->run(); }) {}
  ~SpdlogLogger() override {
    const bool written = writer_->queue.wait_written(kFlushLimit);
    writer_->queue.close();
    written ? thread_.join() : thread_.detach();
  }

  void write(LogLevel level, std::string_view component, std::string_view message, Log::Fields fields) override {
    if (!enabled(level)) return;
    const LogRecord record{unix_now_ns(), level, component, message, fields};
    writer_->queue.push(
        {format() == LogFormat::Json ? json_line(record) : text_line(record), level >= LogLevel::Warning});
  }
  void flush() override { writer_->queue.wait_written(kFlushLimit); }
  void rotate() override { writer_->queue.push({.text = {}, .rotate = true}); }
  [[nodiscard]] LogText all_since(std::uint64_t offset) const override { return writer_->all.read(offset); }
  [[nodiscard]] LogText errors_since(std::uint64_t offset) const override { return writer_->errors.read(offset); }
  [[nodiscard]] std::uint64_t lost() const override { return writer_->queue.lost(); }

 private:
  std::shared_ptr<LogWriter> writer_;
  std::thread thread_;
};

/// Names its component on every line.
class ComponentLog final : public Log {
 public:
  ComponentLog(Logger& logger, std::string name) : logger_(logger), name_(std::move(name)) {}
  void debug(std::string_view message, Fields fields) override { put(LogLevel::Debug, message, fields); }
  void info(std::string_view message, Fields fields) override { put(LogLevel::Info, message, fields); }
  void warning(std::string_view message, Fields fields) override { put(LogLevel::Warning, message, fields); }
  void error(std::string_view message, Fields fields) override { put(LogLevel::Error, message, fields); }

 private:
  void put(LogLevel level, std::string_view message, Fields fields) {
    if (logger_.enabled(level)) logger_.write(level, name_, message, fields);
  }

  Logger& logger_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Log> Logger::component(std::string name) {
  return std::make_unique<ComponentLog>(*this, std::move(name));
}

Result<std::unique_ptr<Logger>> Logger::open(LogSettings settings) {
  const std::string path = settings.directory + "/bryo.log";
  try {
    if (!settings.directory.empty()) std::filesystem::create_directories(settings.directory);
    return std::unique_ptr<Logger>(std::make_unique<SpdlogLogger>(settings, path));
  } catch (const std::exception& e) {
    return Error(Errc::Io, "cannot open the log file '" + path + "': " + e.what());
  }
}

}  // namespace bryo::kernel
