#pragma once

/// One client connection.

#include <bryo/http.h>
#include <kernel/http/object_sender.h>
#include <kernel/http/receive_buffer.h>
#include <kernel/http/request_body.h>
#include <kernel/http/request_parser.h>
#include <kernel/http/response_head.h>
#include <kernel/http/server_state.h>
#include <kernel/http/socket_stream.h>

#include <array>
#include <boost/intrusive/list_hook.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace bryo::kernel {

/// Histograms already looked up, of one loop.
using DurationCache = std::unordered_map<std::uint64_t, Histogram*>;

/// Serves the requests of one socket, one after the other, until either side ends it. All on the event loop's thread.
/// Request, buffers and parser are kept from one request to the next.
class Connection : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  Connection(ServerState& state, DurationCache& durations, boost::asio::ip::tcp::socket socket, std::string remote,
             Executor executor);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Task<void> run();

  /// Ends waits whose time is over.
  void sweep(SocketStream::TimePoint now) { stream_.sweep(now); }
  /// Ends the connection when no request is under way; else after it.
  void drain();
  /// Ends whatever waits for the client.
  void abort() { stream_.abort(); }

 private:
  enum class Arrival : std::uint8_t { Incomplete, Header, Refused, End };
  enum class Next : std::uint8_t {
    Request,  ///< another one may come
    Linger,   ///< answered for the last time, but the client may still be sending
    Close,
    Tear,  ///< the client must not take what it has for the whole
  };

  // One request, in this order. What can be done at once is done without a coroutine of its own.
  void begin_request();
  Arrival take_header();
  [[nodiscard]] SocketStream::TimePoint header_deadline() const;
  Arrival receive_failed(const Error& error);
  std::optional<Response> admit();
  Task<Response> produce();
  std::optional<Status> send_now(const Response& response);
  Task<Status> send_rest(Response& response);
  Task<Status> send_stream(StreamBody& body);
  Next after_answer(const Response& response, const Status& sent);
  Task<Next> drop_rest_of_body();
  Task<void> linger();

  Response allowing(std::string_view verbs) const;
  Response failed(const Error& error) const;
  Error threw(const std::string& what) const;
  HeadOptions frame(const Response& response);
  void log_failure(const Error& error) const;
  void account(int status);

  ServerState& state_;
  DurationCache& durations_;
  const std::string remote_;
  const std::uint64_t number_;
  SocketStream stream_;
  ObjectSender objects_;
  ReceiveBuffer buffer_;
  RequestParser parser_;
  RequestBody body_;
  Request request_;
  const Route* route_ = nullptr;
  std::optional<Response> refusal_;  ///< of a request that could not be understood
  std::string head_;
  HeadOptions options_;
  std::array<iovec, 2> pieces_{};
  Iovecs left_;       ///< of a response that did not go out at once
  std::string rest_;  ///< what `left_` points to, if it had to be copied
  std::uint64_t sent_before_ = 0;
  std::uint64_t served_ = 0;
  std::uint64_t sent_counted_ = 0;
  std::uint64_t received_counted_ = 0;
  unsigned without_wait_ = 0;  ///< requests since this connection last waited for its client
  bool idle_ = true;           ///< between requests
  SocketStream::TimePoint idle_since_ = std::chrono::steady_clock::now();
  bool last_ = false;    ///< the response under way is the last one
  bool unread_ = false;  ///< the client may be sending something that is not understood
};

}  // namespace bryo::kernel
