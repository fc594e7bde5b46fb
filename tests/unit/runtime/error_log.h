#pragma once

#include <bryo/host.h>

#include <mutex>
#include <string>

namespace bryo::kernel::test {

/// Keeps the messages of errors.
class ErrorLog final : public Log {
 public:
  void debug(std::string_view, Fields) override {}
  void info(std::string_view, Fields) override {}
  void warning(std::string_view, Fields) override {}
  void error(std::string_view message, Fields fields) override {
    const std::lock_guard lock(mutex_);
    text_.append(message);
    for (const auto& [key, value] : fields) text_.append(" ").append(key).append("=").append(value);
    text_.append("\n");
  }
  [[nodiscard]] std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

}  // namespace bryo::kernel::test
