#include "curl_exchange.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace bryo::client {

CurlSession CurlPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      CurlSession session = std::move(idle_.back());
      idle_.pop_back();
      return session;
    }
  }
  return {};
}

void CurlPool::give_back(CurlSession session) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kIdle) idle_.push_back(std::move(session));
}

CurlExchange::CurlExchange(std::shared_ptr<CurlPool> pool, HttpLimits limits)
    : pool_(std::move(pool)), limits_(std::move(limits)), session_(pool_->take()) {}

CurlExchange::~CurlExchange() {
  wake_.reset();
  if (session_.easy && session_.multi) {
    // Closes the connection if the answer was not read to its end.
    curl_multi_remove_handle(session_.multi.get(), session_.easy.get());
    curl_easy_reset(session_.easy.get());
    pool_->give_back(std::move(session_));
  }
  curl_slist_free_all(fields_);
}

Status CurlExchange::begin(const HttpRequest& request, BodySource* body) {
  if (!session_.easy || !session_.multi) return Error(Errc::Io, "no memory for a connection");
  const auto host = request.url.find("://");
  origin_ = request.url.substr(0, request.url.find('/', host == std::string::npos ? 0 : host + 3));
  body_ = body;
  if (body_ != nullptr) {
    body_left_ = body_->size();
    upload_done_ = body_left_ == 0U;
  }
  set_options(request);
  if (limits_.stop.stop_possible()) {
    wake_.emplace(limits_.stop, [multi = session_.multi.get()] { curl_multi_wakeup(multi); });
  }
  curl_multi_add_handle(session_.multi.get(), session_.easy.get());
  // An answer other than success ends the upload early: a redirect, a refusal.
  BRYO_CHECK(drive([this] { return head_done_ && (upload_done_ || status_ >= 300); }));
  body_ = nullptr;
  return {};
}

void CurlExchange::set_options(const HttpRequest& request) {
  CURL* easy = session_.easy.get();
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  // Nodes of a storage cluster are reached directly; a web proxy of the environment would see every byte of it.
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits_.connect.count()));
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 256L << 10);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, curl_message_);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &CurlExchange::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &CurlExchange::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  if (body_ != nullptr) {
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE,
                     body_left_ ? static_cast<curl_off_t>(*body_left_) : curl_off_t{-1});
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, &CurlExchange::on_upload);
    curl_easy_setopt(easy, CURLOPT_READDATA, this);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, &CurlExchange::on_seek);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, this);
  }
  if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  for (const auto& [name, value] : request.headers.fields()) {
    // libcurl sends a field without value only in the form "Name;".
    fields_ = curl_slist_append(fields_, value.empty() ? (name + ";").c_str() : (name + ": " + value).c_str());
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fields_);
}

Result<std::size_t> CurlExchange::read(std::span<std::byte> out) {
  // A reader that is slower than the network never waits, where a stop would be seen.
  if (limits_.stop.stop_requested()) return Error(Errc::Cancelled, "cancelled");
  if (pending_at_ < pending_.size()) {
    const auto n = std::min(out.size(), pending_.size() - pending_at_);
    std::memcpy(out.data(), pending_.data() + pending_at_, n);
    pending_at_ += n;
    if (pending_at_ == pending_.size()) {
      pending_.clear();
      pending_at_ = 0;
    }
    return n;
  }
  if (!done_) {
    wanted_ = out;
    given_ = 0;
    if (paused_) {
      paused_ = false;
      curl_easy_pause(session_.easy.get(), CURLPAUSE_CONT);
    }
    auto driven = drive([this] { return given_ > 0; });
    wanted_ = {};
    BRYO_CHECK(std::move(driven));
    if (given_ > 0) return given_;
  }
  if (outcome_ != CURLE_OK) return failure();
  return std::size_t{0};
}

Status CurlExchange::drive(const std::function<bool()>& enough) {
  progress_ = std::chrono::steady_clock::now();
  CURLM* multi = session_.multi.get();
  while (!enough()) {
    int running = 0;
    if (const auto code = curl_multi_perform(multi, &running); code != CURLM_OK) {
      return Error(Errc::Io, std::string("libcurl: ") + curl_multi_strerror(code));
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg == CURLMSG_DONE) {
        done_ = true;
        outcome_ = message->data.result;
      }
    }
    if (enough()) return {};
    if (done_) {
      // A broken body is told by read(), after the bytes that did arrive.
      if (!head_done_ || body_error_) return failure();
      return {};
    }
    BRYO_CHECK(check_patience());
    curl_multi_poll(multi, nullptr, 0, patience_ms(), nullptr);
  }
  return {};
}

Status CurlExchange::check_patience() {
  if (limits_.stop.stop_requested()) return Error(Errc::Cancelled, "cancelled");
  const auto now = std::chrono::steady_clock::now();
  if (now >= limits_.deadline)
    return Error(Errc::Timeout, "no complete answer from " + origin_ + " within the time allowed");
  if (now - progress_ >= limits_.stall) {
    return Error(Errc::Timeout, origin_ + " sent nothing for " + std::to_string(limits_.stall.count()) +
                                    " ms; the node hangs or the network is down");
  }
  return {};
}

int CurlExchange::patience_ms() const {
  const auto until = std::min(limits_.deadline, progress_ + limits_.stall);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 1, 60'000));
}

Error CurlExchange::failure() const {
  if (body_error_) return *body_error_;
  const std::string reason = curl_message_[0] != '\0' ? curl_message_ : curl_easy_strerror(outcome_);
  switch (outcome_) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_OPERATION_TIMEDOUT:  // only the connect timeout is libcurl's
      return {Errc::Unavailable, "no node answers at " + origin_ + " (" + reason + ")"};
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {Errc::InvalidArgument, origin_ + " is not an address of a node (" + reason + ")"};
    default:
      return {Errc::Io, "the connection to " + origin_ + " broke after " + std::to_string(received_) +
                            " bytes of the answer (" + reason + ")"};
  }
}

std::size_t CurlExchange::on_header(char* data, std::size_t, std::size_t size, void* self) {
  static_cast<CurlExchange*>(self)->header_line({data, size});
  return size;
}

void CurlExchange::header_line(std::string_view line) {
  progress_ = std::chrono::steady_clock::now();
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (!head_done_ && line.starts_with("HTTP/")) {
    headers_ = {};
    status_ = 0;
    if (const auto space = line.find(' '); space != std::string_view::npos) {
      const auto number = line.substr(space + 1);
      std::from_chars(number.data(), number.data() + number.size(), status_);
    }
    return;
  }
  if (line.empty()) {
    // 100 Continue is followed by another head.
    if (status_ >= 200) head_done_ = true;
    return;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return;
  auto value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  (head_done_ ? trailers_ : headers_).add(std::string(line.substr(0, colon)), std::string(value));
}

std::size_t CurlExchange::on_body(char* data, std::size_t, std::size_t size, void* self) {
  return static_cast<CurlExchange*>(self)->body_bytes({data, size});
}

std::size_t CurlExchange::body_bytes(std::string_view bytes) {
  const auto direct = std::min(wanted_.size() - given_, bytes.size());
  if (direct < bytes.size() && pending_.size() + bytes.size() - direct > kBuffer) {
    paused_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  progress_ = std::chrono::steady_clock::now();
  received_ += bytes.size();
  if (direct > 0) std::memcpy(wanted_.data() + given_, bytes.data(), direct);
  given_ += direct;
  pending_.append(bytes.substr(direct));
  return bytes.size();
}

std::size_t CurlExchange::on_upload(char* out, std::size_t one, std::size_t size, void* self) {
  return static_cast<CurlExchange*>(self)->upload_bytes(std::as_writable_bytes(std::span(out, one * size)));
}

std::size_t CurlExchange::upload_bytes(std::span<std::byte> out) {
  if (body_ == nullptr) return CURL_READFUNC_ABORT;
  if (limits_.stop.stop_requested()) {
    body_error_ = Error(Errc::Cancelled, "cancelled");
    return CURL_READFUNC_ABORT;
  }
  if (body_left_) out = out.first(static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), *body_left_)));
  auto n = out.empty() ? Result<std::size_t>(std::size_t{0}) : body_->read(out);
  progress_ = std::chrono::steady_clock::now();
  if (n && *n == 0 && body_left_.value_or(0) > 0) {
    n = Error(Errc::Io, "the body of the request ended " + std::to_string(*body_left_) + " bytes early");
  }
  if (!n) {
    body_error_ = n.error();
    return CURL_READFUNC_ABORT;
  }
  if (body_left_) *body_left_ -= *n;
  upload_done_ = body_left_ ? *body_left_ == 0 : *n == 0;
  return *n;
}

int CurlExchange::on_seek(void* self, curl_off_t offset, int origin) {
  // libcurl asks for the start again when a kept connection turns out to be dead.
  auto& exchange = *static_cast<CurlExchange*>(self);
  if (offset != 0 || origin != SEEK_SET || exchange.body_ == nullptr) return CURL_SEEKFUNC_CANTSEEK;
  if (auto rewound = exchange.body_->rewind(); !rewound) return CURL_SEEKFUNC_FAIL;
  exchange.body_left_ = exchange.body_->size();
  exchange.upload_done_ = exchange.body_left_ == 0U;
  return CURL_SEEKFUNC_OK;
}

}  // namespace bryo::client
