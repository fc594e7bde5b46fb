#include "console.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace bryo::cli {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

/// One line from standard input, without its end; nothing at the end of the input, and at a stop. Byte by byte: what
/// follows the line may be the answer to the next question, or nobody's.
std::optional<std::string> read_answer(const std::stop_token& stop) {
  StandardInput input(stop);
  std::string line;
  while (true) {
    std::byte c{};
    const auto n = input.read({&c, 1});
    if (!n || *n == 0) return {};
    if (c == std::byte{'\n'}) return line;
    line.push_back(static_cast<char>(c));
  }
}

}  // namespace

Console::Console() {
  const char* kind = std::getenv("TERM");
  const bool dumb = kind == nullptr || std::strcmp(kind, "dumb") == 0;
  draws_ = ::isatty(STDERR_FILENO) == 1 && !dumb;
  colored_ = draws_ && !is_set("NO_COLOR");
  output_is_terminal_ = ::isatty(STDOUT_FILENO) == 1;
}

std::string printable(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are control characters too.
    const bool pair = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (!pair && (c >= 0x20 || c == '\n' || c == '\t') && c != 0x7F) {
      out += text[i];
      continue;
    }
    const auto code = pair ? static_cast<unsigned char>(text[++i]) : c;
    out.append("\\x").append(1, kDigits[code >> 4]).append(1, kDigits[code & 15]);
  }
  return out;
}

void Console::print(std::string_view line) {
  if (output_is_terminal_) {
    if (draws_) std::fputs("\r\033[K", stderr);  // over a progress line
    const auto shown = printable(line);
    std::fwrite(shown.data(), 1, shown.size(), stdout);
  } else {
    std::fwrite(line.data(), 1, line.size(), stdout);
  }
  std::fputc('\n', stdout);
  if (std::ferror(stdout) != 0 && errno == EPIPE) output_gone_ = true;
}

void Console::note(std::string_view line) { say("", "", line); }
void Console::warn(std::string_view line) { say("\033[33m", "warning: ", line); }
void Console::fail(std::string_view line) { say("\033[31m", "bryo: ", line); }

void Console::say(std::string_view color, std::string_view label, std::string_view line) {
  std::string text;
  if (draws_) text += "\r\033[K";  // over a progress line
  if (colored_ && !color.empty()) text.append(color).append(label).append("\033[0m");
  if (!colored_ || color.empty()) text.append(label);
  text.append(printable(line)).append("\n");
  std::fwrite(text.data(), 1, text.size(), stderr);
}

Result<bool> Console::confirm(std::string_view question) {
  const std::string text = std::string(question) + " [Y/N]: ";
  std::fwrite(text.data(), 1, text.size(), stderr);
  const auto answer = read_answer(interrupt);
  if (!answer) {
    std::fputc('\n', stderr);
    if (interrupt.stop_requested()) return Error(Errc::Cancelled, "cancelled");
    return Error(Errc::InvalidArgument, "nobody answered \"" + std::string(question) + "\": pass --yes");
  }
  std::string_view word(*answer);
  while (!word.empty() && (word.back() == '\r' || word.back() == ' ')) word.remove_suffix(1);
  return word == "y" || word == "Y" || word == "yes" || word == "Yes" || word == "YES";
}

Status Console::flush() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return {};
  if (errno == EPIPE) output_gone_ = true;
  return Error(Errc::Io, std::string("cannot write to standard output: ") + std::strerror(errno));
}

Status StandardOutput::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      if (errno == EPIPE) console_.note_output_gone();
      return Error(Errc::Io, std::string("cannot write to standard output: ") + std::strerror(errno));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

StandardInput::StandardInput(std::stop_token stop)
    : stop_(std::move(stop)),
      stopped_(::eventfd(0, EFD_CLOEXEC)),
      on_stop_(stop_, [wake = stopped_] { static_cast<void>(::eventfd_write(wake, 1)); }) {}

StandardInput::~StandardInput() { ::close(stopped_); }

Result<std::size_t> StandardInput::read(std::span<std::byte> out) {
  while (true) {
    std::array<pollfd, 2> events{{{STDIN_FILENO, POLLIN, 0}, {stopped_, POLLIN, 0}}};
    static_cast<void>(::poll(events.data(), events.size(), -1));
    // Before the bytes: the end of the input may be the end of a process that got the same interrupt.
    if (stop_.stop_requested()) return Error(Errc::Cancelled, "cancelled");
    const auto n = ::read(STDIN_FILENO, out.data(), out.size());
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR && errno != EAGAIN) {
      return Error(Errc::Io, std::string("cannot read standard input: ") + std::strerror(errno));
    }
  }
}

}  // namespace bryo::cli
