#pragma once

#include <bryo/client/byte_stream.h>
#include <bryo/result.h>

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace bryo::cli {

/// `text` with control characters but newline and tab written as \x1b: names come from others, and a terminal obeys
/// them.
[[nodiscard]] std::string printable(std::string_view text);

/// The terminal, or what stands for it. Results go to standard output, everything said about them to standard error.
/// Thread-safe except for `confirm`.
class Console {
 public:
  Console();

  /// A line of result. A failure is remembered and returned by `flush`.
  void print(std::string_view line);
  /// A remark; nothing that a script reads.
  void note(std::string_view line);
  void warn(std::string_view line);
  void fail(std::string_view line);
  /// Asks on standard error and reads one line; "y" or "yes" is true. Fails if nobody answers, or at an interrupt.
  Result<bool> confirm(std::string_view question);
  /// Fails if standard output took not everything.
  Status flush();

  /// Whether a progress line can be drawn on standard error.
  [[nodiscard]] bool draws() const noexcept { return draws_; }
  [[nodiscard]] bool output_is_terminal() const noexcept { return output_is_terminal_; }
  /// The reader of standard output went away (`bryo ls | head`): nothing to tell anybody.
  [[nodiscard]] bool output_gone() const noexcept { return output_gone_; }
  void note_output_gone() noexcept { output_gone_ = true; }

  bool json = false;          ///< `--json`
  std::stop_token interrupt;  ///< ends a question that waits for its answer

 private:
  void say(std::string_view color, std::string_view label, std::string_view line);

  bool draws_ = false;
  bool colored_ = false;
  bool output_is_terminal_ = false;
  bool output_gone_ = false;
};

/// Standard output as a sink of bytes.
class StandardOutput final : public client::ByteSink {
 public:
  /// `console` is told if the reader goes away.
  explicit StandardOutput(Console& console) : console_(console) {}
  Status write(std::span<const std::byte> bytes) override;

 private:
  Console& console_;
};

/// Standard input as a source of bytes, without a buffer. A stop ends a read that waits, with Cancelled.
class StandardInput final : public client::ByteInput {
 public:
  explicit StandardInput(std::stop_token stop = {});
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;
  ~StandardInput() override;
  Result<std::size_t> read(std::span<std::byte> out) override;

 private:
  std::stop_token stop_;
  int stopped_;  ///< an eventfd that can be read once there is a stop
  std::stop_callback<std::function<void()>> on_stop_;
};

}  // namespace bryo::cli
