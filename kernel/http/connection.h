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
#include <kernel/runtime/call_scope.h>

#include <boost/intrusive/list_hook.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

namespace bryo::kernel {

/// Histograms already looked up, of one loop.
using DurationCache = std::unordered_map<std::uint64_t, Histogram*>;

/// Serves the requests of one socket, one after the other, until either side ends it. All on the event loop's thread.
/// Request, buffers and parser are kept from one request to the next.
class Connection : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  /// `scope` is the one that the coroutine of `run` was spawned with.
  Connection(ServerState& state, DurationCache& durations, boost::asio::ip::tcp::socket socket, std::string remote,
             Executor executor, std::shared_ptr<CallScope> scope);
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
  enum class Next : std::uint8_t {
    Request,  ///< another one may come
    Linger,   ///< answered for the last time, but the client may still be sending
    Close,
    Tear,  ///< the client must not take what it has for the whole
  };
  enum class Received : std::uint8_t { Header, End };

  Task<Next> serve_one();
  Task<Result<Received>> receive_header();
  Task<Result<Response>> produce();
  Task<Result<Response>> call_handler();
  Response allowing(std::string_view verbs) const;
  Response failure(const Error& error) const;
  Task<Next> answer(Response response);
  Task<Status> respond(Response& response);
  Task<Status> send(Response& response);
  Task<Status> send_stream(StreamBody& body, HeadOptions options);
  HeadOptions frame(const Response& response);
  Task<void> linger();
  void log_failure(const Error& error) const;
  void account(int status);

  ServerState& state_;
  DurationCache& durations_;
  const std::string remote_;
  const std::uint64_t number_;
  const HttpLimits limits_;
  SocketStream stream_;
  ObjectSender objects_;
  ReceiveBuffer buffer_;
  RequestParser parser_;
  RequestBody body_;
  Request request_;
  const Route* route_ = nullptr;
  std::string head_;
  std::uint64_t served_ = 0;
  std::uint64_t sent_counted_ = 0;
  std::uint64_t received_counted_ = 0;
  unsigned without_wait_ = 0;  ///< requests since this connection last waited for its client
  bool idle_ = true;           ///< between requests
  bool last_ = false;          ///< the response under way is the last one
  bool unread_ = false;        ///< the client may be sending something that is not understood
};

}  // namespace bryo::kernel
