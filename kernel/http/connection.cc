#include <kernel/http/body_writer.h>
#include <kernel/http/connection.h>
#include <kernel/http/error_answer.h>
#include <kernel/http/request_target.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <exception>
#include <optional>
#include <utility>

namespace bryo::kernel {

namespace {

/// A client that pipelines keeps the loop's thread for at most so many requests in a row.
constexpr unsigned kTurn = 32;
/// Memory for bodies that a connection keeps between requests.
constexpr std::size_t kKeptBody = 1 << 20;

constexpr std::string_view kAllVerbs = "DELETE, GET, HEAD, PATCH, POST, PUT";

/// Fit for logs and headers as it is.
bool sane_request_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
           c == '.';
  });
}

bool plays(const NodeIdentity& node, Role role) noexcept {
  switch (role) {
    case Role::Gateway:
      return !node.gateway_id.empty();
    case Role::Target:
      return !node.target_id.empty();
    case Role::Any:
      return true;
  }
  return true;
}

}  // namespace

Connection::Connection(ServerState& state, DurationCache& durations, boost::asio::ip::tcp::socket socket,
                       std::string remote, Executor executor, std::shared_ptr<CallScope> scope)
    : state_(state),
      durations_(durations),
      remote_(std::move(remote)),
      number_(state.next_connection.fetch_add(1, std::memory_order_relaxed)),
      limits_(state.limits_now()),
      stream_(std::move(socket), limits_.write_stall),
      objects_(stream_, state.blocking, limits_.copy_bytes),
      parser_(limits_.header_bytes),
      body_(stream_, parser_, buffer_, limits_) {
  request_.executor = std::move(executor);
  request_.scope = std::move(scope);
}

Task<void> Connection::run() {
  Next next = Next::Request;
  while (next == Next::Request) next = co_await serve_one();
  idle_ = true;  // nothing is owed to the client any more
  if (next == Next::Linger) co_await linger();
  if (next == Next::Tear) stream_.tear();
}

void Connection::drain() {
  if (idle_) stream_.abort();
}

Task<Connection::Next> Connection::serve_one() {
  if (++without_wait_ >= kTurn) {
    without_wait_ = 0;
    co_await boost::asio::post(request_.executor, boost::asio::use_awaitable);
  }
  const auto received = co_await receive_header();
  if (!received) {
    if (idle_) co_return Next::Close;
    // Where the next request would start is not known.
    last_ = unread_ = true;
    co_return co_await answer(failure(received.error()));
  }
  if (*received == Received::End) co_return Next::Close;
  auto response = co_await produce();
  if (!response) {
    log_failure(response.error());
    co_return co_await answer(failure(response.error()));
  }
  co_return co_await answer(*std::move(response));
}

Task<Result<Connection::Received>> Connection::receive_header() {
  idle_ = true;
  route_ = nullptr;
  request_.verb = Verb::Get;
  request_.target.clear();
  request_.path.clear();
  request_.rest.clear();
  request_.query.clear();
  request_.headers.clear();
  request_.content_length.reset();
  request_.body_stream = nullptr;
  request_.remote = remote_;
  request_.id.clear();
  parser_.start(request_);
  auto deadline = SocketStream::TimePoint::max();
  for (;;) {
    if (!buffer_.empty()) {
      if (idle_) {
        idle_ = false;
        request_.received = std::chrono::steady_clock::now();
        deadline = request_.received + limits_.header_timeout;
      }
      BRYO_CO_TRY(step, parser_.header(buffer_.pending()));
      buffer_.consume(step.consumed);
      if (step.complete) co_return Received::Header;
    }
    BRYO_CO_TRY(n, stream_.try_receive(buffer_.room()));
    if (!n) {
      if (idle_) {
        if (state_.draining) co_return Received::End;
        deadline = std::chrono::steady_clock::now() + (served_ == 0 ? limits_.header_timeout : limits_.idle_timeout);
      }
      without_wait_ = 0;
      BRYO_CO_CHECK(co_await stream_.wait_readable(deadline));
    } else if (*n == 0) {
      co_return Received::End;
    } else {
      buffer_.received(*n);
    }
  }
}

Task<Result<Response>> Connection::produce() {
  const auto given_id = request_.headers.get("X-Request-Id");
  if (given_id && sane_request_id(*given_id)) {
    request_.id = *given_id;
  } else {
    request_.id.append(state_.id_prefix).append(std::to_string(number_)).append("-").append(std::to_string(served_));
  }
  // Until the route is known nothing of the body is wanted, but it must be known to be there.
  body_.begin(request_.content_length, limits_.drain_bytes);
  BRYO_CO_CHECK(parse_request_target(request_.target, request_.path, request_.query));
  if (request_.path == "*") {
    if (request_.verb == Verb::Options) co_return allowing(kAllVerbs);
    co_return Error(Errc::InvalidArgument,
                    "invalid request URI: '" + std::string(parser_.method()) + " *' from " + remote_);
  }
  auto match = state_.router.find(parser_.known_method() ? request_.verb : Verb::Options, request_.path);
  const bool served = match.route != nullptr && plays(state_.node, match.route->spec.role);
  if (!served && match.allow.empty()) {
    co_return Error(Errc::InvalidArgument, "invalid request URI: '" + std::string(parser_.method()) + " " +
                                               request_.target + "' from " + remote_);
  }
  if (!served || !parser_.known_method()) co_return allowing(match.allow);
  route_ = match.route;
  request_.rest = match.rest;
  const RouteSpec& spec = route_->spec;
  if (state_.access) BRYO_CO_CHECK(state_.access(request_, spec));
  if (request_.content_length && *request_.content_length > spec.body_limit) {
    co_return Error(Errc::TooLarge, "request body of " + std::to_string(*request_.content_length) +
                                        " bytes: this call accepts " + std::to_string(spec.body_limit));
  }
  body_.begin(request_.content_length, spec.body_limit);
  if (spec.stream_body) {
    request_.body.clear();
    request_.body_stream = &body_;
  } else {
    BRYO_CO_CHECK(co_await body_.read_all(request_.body));
  }
  co_return co_await call_handler();
}

Task<Result<Response>> Connection::call_handler() {
  std::string thrown;
  try {
    co_return co_await route_->handler(request_);
  } catch (const std::exception& e) {
    thrown = e.what();
  }
  state_.metrics.handler_exceptions.add();
  state_.log.error("a handler threw an exception",
                   {{"rid", request_.id}, {"owner", route_->owner}, {"path", request_.path}, {"what", thrown}});
  co_return Error(Errc::Internal, "internal error, see the log of this node for request " + request_.id);
}

/// The answer to OPTIONS, and to a verb that the path does not have: the two that are not JSON (http-api.md section 6).
Response Connection::allowing(std::string_view verbs) const {
  Response response(200);
  response.headers.add("Allow", std::string(verbs));
  if (parser_.known_method() && request_.verb == Verb::Options) return response;
  response.status = 405;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.body = "Method Not Allowed\n";
  return response;
}

Response Connection::failure(const Error& error) const {
  const auto label = node_label(state_.node, route_ == nullptr ? Role::Gateway : route_->spec.role, error.message());
  return error_answer(error, {parser_.method(), request_.path, remote_, label});
}

Task<Connection::Next> Connection::answer(Response response) {
  const auto sent = co_await respond(response);
  account(response.status);
  if (!sent) {
    if (sent.error().code() != Errc::Cancelled) log_failure(sent.error());
    state_.metrics.torn_responses.add();
    co_return Next::Tear;
  }
  ++served_;
  if (last_) co_return body_.finished() && !unread_ ? Next::Close : Next::Linger;
  if (!body_.finished() && !co_await body_.discard(limits_.drain_bytes)) co_return Next::Linger;
  if (request_.body.capacity() > kKeptBody) request_.body = {};
  buffer_.shrink();
  co_return Next::Request;
}

/// Sends the response. What fails before its first byte becomes an error answer; `response` says what was sent.
Task<Status> Connection::respond(Response& response) {
  const auto sent_before = stream_.sent();
  auto sent = co_await send(response);
  const bool client_gone = !sent && (sent.error().code() == Errc::Cancelled || sent.error().code() == Errc::Timeout);
  if (sent || client_gone || stream_.sent() != sent_before) co_return sent;
  log_failure(sent.error());
  response = failure(sent.error());
  co_return co_await send(response);
}

Task<Status> Connection::send(Response& response) {
  const auto options = frame(response);
  head_.clear();
  append_head(head_, response, options);
  const bool bodiless = request_.verb == Verb::Head || options.framing == Framing::None;
  if (auto* stream = std::get_if<StreamBody>(&response.body); stream != nullptr && !bodiless) {
    co_return co_await send_stream(*stream, options);
  }
  std::array<iovec, 2> pieces{iovec{head_.data(), head_.size()}, iovec{}};
  if (auto* object = std::get_if<ObjectBody>(&response.body); object != nullptr && !bodiless && object->length != 0) {
    co_return co_await objects_.send(Iovecs(pieces).first(1), object->object, object->offset, object->length);
  }
  if (auto* text = std::get_if<std::string>(&response.body); text != nullptr && !bodiless) {
    pieces[1] = {text->data(), text->size()};
  }
  Iovecs left(pieces);
  if (auto done = stream_.try_send(left, false)) co_return *std::move(done);
  co_return co_await stream_.send(left, false);
}

Task<Status> Connection::send_stream(StreamBody& body, HeadOptions options) {
  BodyWriter writer(stream_, objects_, head_, options.framing, options.length);
  std::optional<Error> failed;
  try {
    if (auto made = co_await body.produce(writer); !made) failed = made.error();
  } catch (const std::exception& e) {
    state_.metrics.handler_exceptions.add();
    failed.emplace(Errc::Internal, "internal error while a response was sent: " + std::string(e.what()));
  }
  if (failed) co_return *failed;
  co_return co_await writer.finish();
}

/// How this response goes out, and whether the connection outlives it.
HeadOptions Connection::frame(const Response& response) {
  HeadOptions options;
  options.request_id = request_.id;
  const bool head = request_.verb == Verb::Head && parser_.known_method();
  if (response.status < 200 || response.status == 204 || response.status == 304) {
    options.framing = Framing::None;
  } else if (const auto* text = std::get_if<std::string>(&response.body)) {
    options.length = text->size();
    if (head && text->empty()) {
      // The length of what GET would send is the handler's to tell.
      const auto told = response.headers.get("Content-Length");
      options.framing = told ? Framing::Length : Framing::None;
      if (told) std::from_chars(told->data(), told->data() + told->size(), options.length);
    }
  } else if (const auto* object = std::get_if<ObjectBody>(&response.body)) {
    options.length = object->length;
  } else if (const auto length = std::get<StreamBody>(response.body).length) {
    options.length = *length;
  } else if (head) {
    options.framing = Framing::None;
  } else {
    options.framing = parser_.http_1_0() ? Framing::UntilClose : Framing::Chunked;
  }
  const auto wish = response.headers.get("Connection");
  last_ = last_ || options.framing == Framing::UntilClose || !parser_.keep_alive() || state_.draining ||
          !body_.cheap_to_finish() || (wish && Headers::equal_names(*wish, "close"));
  if (last_) {
    options.connection = "close";
  } else if (parser_.http_1_0()) {
    options.connection = "keep-alive";
  }
  return options;
}

/// A close with unread bytes resets the connection, and the reset may overtake the answer: end our side, read the
/// client's away for a while.
Task<void> Connection::linger() {
  constexpr int kStalls = 6;
  stream_.shut_down_sending();
  const auto end = std::chrono::steady_clock::now() + kStalls * limits_.linger;
  for (std::size_t left = limits_.linger_bytes; left != 0;) {
    thread_local std::array<std::byte, 64 << 10> waste;  // written by many, read by none
    const auto n = stream_.try_receive(MutableBytes(waste).first(std::min(waste.size(), left)));
    if (!n) co_return;
    if (!*n) {
      const auto deadline = std::min(end, std::chrono::steady_clock::now() + limits_.linger);
      if (state_.draining || !co_await stream_.wait_readable(deadline)) co_return;
    } else if (**n == 0) {
      co_return;
    } else {
      left -= **n;
    }
  }
}

/// What the node failed at. A call that is not built in, or content unlike the checksum sent with it, is the client's.
void Connection::log_failure(const Error& error) const {
  if (error.status() < 500 || error.code() == Errc::Unsupported) return;
  if (error.code() == Errc::BadChecksum && request_.verb == Verb::Put) return;
  state_.log.error("request failed", {{"rid", request_.id},
                                      {"method", std::string(parser_.method())},
                                      {"path", request_.path},
                                      {"remote", remote_},
                                      {"status", std::to_string(error.status())},
                                      {"error", error.message()}});
}

void Connection::account(int status) {
  state_.metrics.requests.add();
  state_.metrics.sent_bytes.add(stream_.sent() - sent_counted_);
  state_.metrics.received_bytes.add(stream_.received() - received_counted_);
  sent_counted_ = stream_.sent();
  received_counted_ = stream_.received();
  const auto key = (reinterpret_cast<std::uintptr_t>(route_) << 10) ^ static_cast<unsigned>(status);
  Histogram*& duration = durations_[key];
  if (duration == nullptr) duration = state_.metrics.duration(route_, verb_name(request_.verb), status);
  duration->observe(std::chrono::steady_clock::now() - request_.received);
}

}  // namespace bryo::kernel
