#include <kernel/http/http_server.h>

#include <boost/asio/post.hpp>
#include <random>
#include <utility>

namespace bryo::kernel {

namespace asio = boost::asio;

namespace {

/// Requests that were hurried on have this long to send their answers.
constexpr auto kAnswer = std::chrono::milliseconds(200);
/// After the connections are broken, handlers notice at their next read or write.
constexpr auto kNotice = std::chrono::seconds(2);

std::string random_prefix() {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::random_device random;
  std::string out;
  for (int i = 0; i < 6; ++i) out += kDigits[random() % kDigits.size()];
  return out + "-";
}

}  // namespace

HttpServer::HttpServer(HttpServerConfig config, const Router& router, EventLoops& loops, BlockingPool& blocking,
                       Log& log, HttpMetrics& metrics)
    : addresses_(std::move(config.listen)),
      loops_(loops),
      state_(std::make_shared<ServerState>(router, blocking, log, metrics)) {
  state_->limits = config.limits;
  state_->node = std::move(config.node);
  state_->access = std::move(config.access);
  state_->id_prefix = random_prefix();
}

HttpServer::~HttpServer() { (void)drain(Deadline(Deadline::Clock::now())); }

Status HttpServer::bind() {
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    sets_.push_back(std::make_shared<ConnectionSet>(state_, loops_.at(i)));
  }
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    BRYO_TRY(listener, Listener::open(addresses_[i], loops_.at(i % loops_.size()), state_, sets_));
    listeners_.push_back(std::move(listener));
  }
  return {};
}

Status HttpServer::start() {
  if (listeners_.empty()) BRYO_CHECK(bind());
  for (const auto& set : sets_) set->start();
  for (const auto& listener : listeners_) listener->start();
  return {};
}

void HttpServer::set_limits(const HttpLimits& limits) {
  const std::lock_guard lock(state_->mutex);
  state_->limits = limits;
}

std::vector<asio::ip::tcp::endpoint> HttpServer::endpoints() const {
  std::vector<asio::ip::tcp::endpoint> out;
  for (const auto& listener : listeners_) out.push_back(listener->endpoint());
  return out;
}

Status HttpServer::drain(Deadline deadline, const std::function<void()>& hurry) {
  if (std::exchange(drained_, true)) return {};
  state_->draining = true;
  for (const auto& listener : listeners_) listener->close();
  for (const auto& set : sets_) asio::post(set->loop(), [set] { set->drain(); });
  const bool in_time = wait_until_closed(deadline);
  if (!in_time && hurry) {
    hurry();
    (void)wait_until_closed(Deadline::after(kAnswer));
  }
  if (!in_time) {
    for (const auto& set : sets_) asio::post(set->loop(), [set] { set->abort(); });
    (void)wait_until_closed(Deadline::after(kNotice));
  }
  for (const auto& set : sets_) asio::post(set->loop(), [set] { set->stop(); });
  if (in_time) return {};
  const std::lock_guard lock(state_->mutex);
  return Error(Errc::Timeout, "requests were broken off at the end of the time allowed; " +
                                  std::to_string(state_->open) + " still run");
}

bool HttpServer::wait_until_closed(Deadline deadline) {
  std::unique_lock lock(state_->mutex);
  const auto closed = [this] { return state_->open == 0 && state_->listening == 0; };
  // wait_until with time_point::max() overflows in libstdc++ 12
  if (deadline.at() != Deadline::never().at()) return state_->changed.wait_until(lock, deadline.at(), closed);
  state_->changed.wait(lock, closed);
  return true;
}

}  // namespace bryo::kernel
