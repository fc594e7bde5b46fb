#pragma once

#include <bryo/client/transport.h>
#include <curl/curl.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace bryo::client {

/// A libcurl pair: the multi handle owns the kept connection, so the pair goes back to the pool as one.
struct CurlSession {
  struct FreeMulti {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
  };
  struct FreeEasy {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
  };
  std::unique_ptr<CURLM, FreeMulti> multi{curl_multi_init()};
  std::unique_ptr<CURL, FreeEasy> easy{curl_easy_init()};
};

/// Idle sessions. Thread-safe.
class CurlPool {
 public:
  CurlSession take();
  void give_back(CurlSession session);

 private:
  static constexpr std::size_t kIdle = 64;
  std::mutex mutex_;
  std::vector<CurlSession> idle_;
};

/// One transfer, driven by whoever waits for it.
class CurlExchange final : public HttpExchange {
 public:
  CurlExchange(std::shared_ptr<CurlPool> pool, HttpLimits limits);
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;
  ~CurlExchange() override;

  /// Sends the request; returns when the head is there and `body` is used no more.
  Status begin(const HttpRequest& request, BodySource* body);

  int status() const noexcept override { return status_; }
  const Headers& headers() const noexcept override { return headers_; }
  const Headers& trailers() const noexcept override { return trailers_; }
  Result<std::size_t> read(std::span<std::byte> out) override;

 private:
  static std::size_t on_header(char* data, std::size_t one, std::size_t size, void* self);
  static std::size_t on_body(char* data, std::size_t one, std::size_t size, void* self);
  static std::size_t on_upload(char* out, std::size_t one, std::size_t size, void* self);
  static int on_seek(void* self, curl_off_t offset, int origin);

  void set_options(const HttpRequest& request);
  void header_line(std::string_view line);
  std::size_t body_bytes(std::string_view bytes);
  std::size_t upload_bytes(std::span<std::byte> out);
  /// Runs the transfer until `enough` or its end.
  Status drive(const std::function<bool()>& enough);
  Status check_patience();
  int patience_ms() const;
  Error failure() const;

  static constexpr std::size_t kBuffer = std::size_t{1} << 20;

  std::shared_ptr<CurlPool> pool_;
  HttpLimits limits_;
  CurlSession session_;
  curl_slist* fields_ = nullptr;
  std::string origin_;
  int status_ = 0;
  Headers headers_;
  Headers trailers_;
  bool head_done_ = false;
  bool done_ = false;
  CURLcode outcome_ = CURLE_OK;
  char curl_message_[CURL_ERROR_SIZE] = {};

  BodySource* body_ = nullptr;
  std::optional<std::uint64_t> body_left_;
  bool upload_done_ = true;
  std::optional<Error> body_error_;

  std::span<std::byte> wanted_;  ///< the reader's buffer, filled first
  std::size_t given_ = 0;
  std::string pending_;  ///< bytes that did not fit, from pending_at_
  std::size_t pending_at_ = 0;
  bool paused_ = false;
  std::uint64_t received_ = 0;

  std::chrono::steady_clock::time_point progress_;
  /// Last: while it lives the multi handle may be woken from another thread.
  std::optional<std::stop_callback<std::function<void()>>> wake_;
};

}  // namespace bryo::client
