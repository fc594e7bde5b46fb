#include <kernel/log/log_tail.h>

#include <algorithm>

namespace bryo::kernel {

void LogTail::push(std::string_view line) {
  const std::lock_guard lock(mutex_);
  lines_.emplace_back(std::string(line) + "\n");
  bytes_ += lines_.back().size();
  while (bytes_ > max_bytes_ && lines_.size() > 1) {
    bytes_ -= lines_.front().size();
    first_ += lines_.front().size();
    lines_.pop_front();
  }
}

LogText LogTail::read(std::uint64_t offset) const {
  const std::lock_guard lock(mutex_);
  LogText out;
  out.offset = std::clamp(offset, first_, first_ + bytes_);
  std::uint64_t at = first_;
  for (const auto& line : lines_) {
    if (at + line.size() > out.offset) {
      const std::size_t skip = out.offset > at ? static_cast<std::size_t>(out.offset - at) : 0;
      out.text.append(line, skip);
    }
    at += line.size();
  }
  return out;
}

}  // namespace bryo::kernel
