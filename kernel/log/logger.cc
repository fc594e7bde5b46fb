#include <kernel/log/logger.h>

#include <fcntl.h>
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

std::int64_t unix_now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// spdlog's sinks behind a queue of our own: spdlog 1.10's asynchronous logger cannot wait for a flush.
class SpdlogLogger final : public Logger {
 public:
  SpdlogLogger(const LogSettings& settings, std::vector<spdlog::sink_ptr> sinks)
      : Logger(settings), sinks_(std::move(sinks)), queue_(kQueueBytes), writer_([this] { run(); }) {}
  ~SpdlogLogger() override {
    queue_.close();
    writer_.join();
  }

  void write(LogLevel level, std::string_view component, std::string_view message, Log::Fields fields) override {
    if (!enabled(level)) return;
    const LogRecord record{unix_now_ns(), level, component, message, fields};
    queue_.push({format() == LogFormat::Json ? json_line(record) : text_line(record), level >= LogLevel::Warning});
  }
  void flush() override { queue_.wait_written(); }
  void rotate() override {}
  [[nodiscard]] std::uint64_t lost() const override { return queue_.lost(); }

 private:
  void run() {
    for (auto lines = queue_.take(); !lines.empty(); lines = queue_.take()) {
      for (const auto& sink : sinks_) put(*sink, lines);
      queue_.written();
    }
  }

  /// A sink that fails (full disk) must neither stop the others nor end the thread.
  void put(spdlog::sinks::sink& sink, const std::vector<LogQueue::Line>& lines) {
    std::uint64_t failed = 0;
    for (const auto& line : lines) {
      try {
        sink.log(spdlog::details::log_msg(spdlog::string_view_t{}, spdlog::level::info, line.text));
      } catch (const std::exception&) {
        ++failed;
      }
    }
    try {
      sink.flush();
    } catch (const std::exception&) {
      failed = lines.size();
    }
    if (failed > 0) queue_.count_lost(failed);
  }

  std::vector<spdlog::sink_ptr> sinks_;
  LogQueue queue_;
  std::thread writer_;
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
    std::vector<spdlog::sink_ptr> sinks;
    if (!settings.directory.empty()) {
      std::filesystem::create_directories(settings.directory);
      const std::uint64_t size = std::max<std::uint64_t>(settings.max_size, 1024);
      const std::uint64_t files = std::clamp<std::uint64_t>(settings.max_total / size, 2, 10'000);
      spdlog::file_event_handlers handlers;
      handlers.after_open = [](const spdlog::filename_t&, std::FILE* file) { ::fchmod(::fileno(file), kFileMode); };
      sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(path, size, files - 1, false, handlers));
    }
    if (settings.directory.empty() || settings.to_stderr) {
      sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    }
    for (const auto& sink : sinks) {
      sink->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc));
    }
    return std::unique_ptr<Logger>(std::make_unique<SpdlogLogger>(settings, std::move(sinks)));
  } catch (const std::exception& e) {
    return Error(Errc::Io, "cannot open the log file '" + path + "': " + e.what());
  }
}

}  // namespace bryo::kernel
