#include "progress.h"

#include <algorithm>
#include <cstdio>

#include "console.h"
#include "format.h"

namespace bryo::cli {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(100);
constexpr std::size_t kBarWidth = 24;

std::string bar(double part) {
  const auto full = static_cast<std::size_t>(std::clamp(part, 0.0, 1.0) * kBarWidth);
  return "[" + std::string(full, '#') + std::string(kBarWidth - full, '.') + "] ";
}

}  // namespace

Progress::Progress(Console& console, std::string unit, std::uint64_t total_items, std::uint64_t total_bytes)
    : draws_(console.draws()), unit_(std::move(unit)), total_items_(total_items), total_bytes_(total_bytes) {}

Progress::~Progress() {
  if (draws_) std::fputs("\r\033[K", stderr);
}

void Progress::add_bytes(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  bytes_ += bytes;
  draw();
}

void Progress::add_item() {
  const std::lock_guard lock(mutex_);
  ++items_;
  draw();
}

std::uint64_t Progress::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::uint64_t Progress::items() const {
  const std::lock_guard lock(mutex_);
  return items_;
}

std::chrono::nanoseconds Progress::elapsed() const { return std::chrono::steady_clock::now() - begin_; }

void Progress::draw() {
  if (!draws_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < kInterval) return;
  drawn_ = now;
  double part = -1;
  if (total_bytes_ > 0) {
    part = static_cast<double>(bytes_) / static_cast<double>(total_bytes_);
  } else if (total_items_ > 0) {
    part = static_cast<double>(items_) / static_cast<double>(total_items_);
  }
  std::string line = "\r\033[K";
  if (part >= 0) line += bar(part);
  line += std::to_string(items_);
  if (total_items_ > 0) line += "/" + std::to_string(total_items_);
  line += " " + unit_ + "  " + show_size(bytes_);
  if (total_bytes_ > 0) line += " of " + show_size(total_bytes_);
  line += "  " + show_rate(bytes_, now - begin_);
  if (part > 0.001 && part < 1) {
    const auto left =
        std::chrono::ceil<std::chrono::seconds>(std::chrono::duration<double>(now - begin_) * ((1 - part) / part));
    line += "  ETA " + show_duration(left);
  }
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

}  // namespace bryo::cli
