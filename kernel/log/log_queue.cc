#include <kernel/log/log_queue.h>

#include <iterator>
#include <utility>

namespace bryo::kernel {

void LogQueue::push(Line line) {
  const std::lock_guard lock(mutex_);
  bytes_ += line.text.size();
  lines_.push_back(std::move(line));
  ++pushed_;
  while (bytes_ > max_bytes_ && lines_.size() > 1) {
    bytes_ -= lines_.front().text.size();
    lines_.pop_front();
    ++lost_;
    ++finished_;
  }
  filled_.notify_one();
}

std::vector<LogQueue::Line> LogQueue::take() {
  std::unique_lock lock(mutex_);
  filled_.wait(lock, [&] { return !lines_.empty() || closed_; });
  std::vector<Line> taken(std::make_move_iterator(lines_.begin()), std::make_move_iterator(lines_.end()));
  lines_.clear();
  bytes_ = 0;
  taken_ = taken.size();
  return taken;
}

void LogQueue::written() {
  const std::lock_guard lock(mutex_);
  finished_ += std::exchange(taken_, 0);
  drained_.notify_all();
}

bool LogQueue::wait_written(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  const std::uint64_t goal = pushed_;
  return drained_.wait_for(lock, limit, [&] { return finished_ >= goal; });
}

void LogQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  filled_.notify_all();
}

std::uint64_t LogQueue::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

void LogQueue::count_lost(std::uint64_t lines) {
  const std::lock_guard lock(mutex_);
  lost_ += lines;
}

}  // namespace bryo::kernel
