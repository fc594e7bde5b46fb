#pragma once

/// A pool that runs inline, a clock that is set by hand, a log that remembers, a directory of the test's own.

#include <bryo/host.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

namespace bryo::kernel::testing {

/// Runs the work where it is awaited, and counts.
class InlinePool final : public BlockingPool {
 public:
  Task<Status> run(std::function<Status()> work) override {
    ++runs;
    co_return work();
  }
  std::atomic<int> runs{0};
};

class ManualClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return {}; }
  [[nodiscard]] std::int64_t unix_ns() const override { return now_ns.load(); }
  std::atomic<std::int64_t> now_ns{1'795'228'391'600'842'973};
};

class MemoryLog final : public Log {
 public:
  void debug(std::string_view, Fields) override {}
  void info(std::string_view message, Fields fields) override { add("info", message, fields); }
  void warning(std::string_view message, Fields fields) override { add("warning", message, fields); }
  void error(std::string_view message, Fields fields) override { add("error", message, fields); }

  [[nodiscard]] std::string text() const {
    const std::scoped_lock lock(mutex_);
    return text_;
  }

 private:
  void add(std::string_view level, std::string_view message, Fields fields) {
    const std::scoped_lock lock(mutex_);
    text_.append(level).append(": ").append(message);
    for (const auto& [key, value] : fields) text_.append(" ").append(key).append("=").append(value);
    text_.push_back('\n');
  }
  mutable std::mutex mutex_;
  std::string text_;
};

/// Removed with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() : TemporaryDirectory(std::filesystem::temp_directory_path()) {}
  explicit TemporaryDirectory(const std::filesystem::path& parent) {
    std::string pattern = (parent / "bryo-store-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Runs a task to its end on this thread.
template <class T>
T await(Task<T> task) {
  boost::asio::io_context loop;
  auto future = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
  loop.run();
  return future.get();
}

}  // namespace bryo::kernel::testing
