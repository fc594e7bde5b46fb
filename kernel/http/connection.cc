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
                       std::string remote, Executor executor)
    : state_(state),
      durations_(durations),
      remote_(std::move(remote)),
      number_(state.next_connection.fetch_add(1, std::memory_order_relaxed)),
      stream_(std::move(socket), state.limits.write_stall),
      objects_(stream_, state.blocking, state.limits.copy_bytes),
      parser_(state.limits.header_bytes),
      body_(stream_, parser_, buffer_, state.limits) {
  request_.executor = std::move(executor);
}

Task<void> Connection::run() {
  Next next = Next::Request;
  while (next == Next::Request) {
    begin_request();
    Arrival arrival = take_header();
    while (arrival == Arrival::Incomplete) {
      without_wait_ = 0;
      const auto n = co_await stream_.receive(buffer_.room(), header_deadline());
      if (!n) {
        arrival = receive_failed(n.error());
      } else if (*n == 0) {
        arrival = Arrival::End;
      } else {
        buffer_.received(*n);
        arrival = take_header();
      }
    }
    if (arrival == Arrival::End) break;
    std::optional<Response> response = arrival == Arrival::Refused ? std::move(refusal_) : admit();
    if (!response) {
      auto made = co_await produce();
      response = std::move(made);
    }
    auto done = send_now(*response);
    if (!done) {
      auto rest = co_await send_rest(*response);
      done = std::move(rest);
    }
    next = after_answer(*response, *done);
    if (next == Next::Request && !body_.finished()) {
      const auto dropped = co_await drop_rest_of_body();
      next = dropped;
    }
    if (++without_wait_ >= kTurn) {
      without_wait_ = 0;
      co_await boost::asio::post(request_.executor, boost::asio::use_awaitable);
    }
  }
  idle_ = true;  // nothing is owed to the client any more
  if (next == Next::Linger) co_await linger();
  if (next == Next::Tear) stream_.tear();
}

void Connection::drain() {
  if (idle_) stream_.abort();
}

void Connection::begin_request() {
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
}

Connection::Arrival Connection::take_header() {
  if (buffer_.empty()) return idle_ && state_.draining ? Arrival::End : Arrival::Incomplete;
  if (idle_) {
    idle_ = false;
    request_.received = std::chrono::steady_clock::now();
  }
  const auto step = parser_.header(buffer_.pending());
  if (!step) return receive_failed(step.error());
  buffer_.consume(step->consumed);
  return step->complete ? Arrival::Header : Arrival::Incomplete;
}

SocketStream::TimePoint Connection::header_deadline() const {
  if (!idle_) return request_.received + state_.limits.header_timeout;
  return idle_since_ + (served_ == 0 ? state_.limits.header_timeout : state_.limits.idle_timeout);
}

/// Something of a request is there, but not all, or nothing that makes sense: where the next one starts is not known.
Connection::Arrival Connection::receive_failed(const Error& error) {
  if (idle_ || error.code() == Errc::Cancelled) return Arrival::End;
  last_ = unread_ = true;
  refusal_ = failed(error);
  return Arrival::Refused;
}

/// Everything that can be refused before the body is read. nullopt: go on, `route_` is set.
std::optional<Response> Connection::admit() {
  const auto given_id = request_.headers.get("X-Request-Id");
  if (given_id && sane_request_id(*given_id)) {
    request_.id = *given_id;
  } else {
    request_.id.append(state_.id_prefix).append(std::to_string(number_)).append("-").append(std::to_string(served_));
  }
  body_.begin(request_.content_length, state_.limits.drain_bytes);
  if (const auto parsed = parse_request_target(request_.target, request_.path, request_.query); !parsed) {
    return failed(parsed.error());
  }
  if (request_.path == "*" && request_.verb == Verb::Options) return allowing(kAllVerbs);
  const auto match = state_.router.find(parser_.known_method() ? request_.verb : Verb::Options, request_.path);
  const bool served = match.route != nullptr && plays(state_.node, match.route->spec.role);
  if (!served && match.allow.empty()) {
    return failed(Error(Errc::InvalidArgument, "invalid request URI: '" + std::string(parser_.method()) + " " +
                                                   request_.target + "' from " + remote_));
  }
  if (!served || !parser_.known_method()) return allowing(match.allow);
  route_ = match.route;
  request_.rest = match.rest;
  const RouteSpec& spec = route_->spec;
  if (state_.access) {
    if (const auto allowed = state_.access(request_, spec); !allowed) return failed(allowed.error());
  }
  if (request_.content_length && *request_.content_length > spec.body_limit) {
    return failed(Error(Errc::TooLarge, "request body of " + std::to_string(*request_.content_length) +
                                            " bytes: this call accepts " + std::to_string(spec.body_limit)));
  }
  body_.begin(request_.content_length, spec.body_limit);
  request_.body.clear();
  if (spec.stream_body) request_.body_stream = &body_;
  return std::nullopt;
}

/// Reads the body, unless the route wants it as a stream, and runs the handler.
Task<Response> Connection::produce() {
  if (!body_.finished() && request_.body_stream == nullptr) {
    const auto whole = co_await body_.read_all(request_.body);
    if (!whole) co_return failed(whole.error());
  }
  std::string thrown;
  try {
    auto made = co_await route_->handler(request_);
    if (made) co_return *std::move(made);
    co_return failed(made.error());
  } catch (const std::exception& e) {
    thrown = e.what();
  }
  co_return failed(threw(thrown));
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

Response Connection::failed(const Error& error) const {
  log_failure(error);
  const auto label = node_label(state_.node, route_ == nullptr ? Role::Gateway : route_->spec.role, error.message());
  return error_answer(error, {parser_.method(), request_.path, remote_, label});
}

/// What escaped a handler: the log gets the detail, the client the way to it.
Error Connection::threw(const std::string& what) const {
  state_.metrics.handler_exceptions.add();
  state_.log.error("a handler threw an exception",
                   {{"rid", request_.id}, {"owner", route_->owner}, {"path", request_.path}, {"what", what}});
  return Error(Errc::Internal, "internal error, see the log of this node for request " + request_.id);
}

/// Sends what needs no waiting. nullopt: `send_rest` is needed.
std::optional<Status> Connection::send_now(const Response& response) {
  sent_before_ = stream_.sent();
  options_ = frame(response);
  head_.clear();
  append_head(head_, response, options_);
  rest_.clear();
  pieces_ = {iovec{head_.data(), head_.size()}, iovec{}};
  left_ = Iovecs(pieces_).first(1);
  if (options_.has_body) {
    if (const auto* object = std::get_if<ObjectBody>(&response.body)) {
      const Iovecs head = std::exchange(left_, {});
      auto done = objects_.try_send(head, *object->object, object->offset, object->length, {}, rest_);
      if (!done && !rest_.empty()) {
        pieces_[0] = {rest_.data(), rest_.size()};
        left_ = Iovecs(pieces_).first(1);
      }
      return done && !*done ? std::nullopt : std::move(done);  // an error is `send_rest`'s to answer
    }
    const auto* text = std::get_if<std::string>(&response.body);
    if (text == nullptr) {
      left_ = {};
      return std::nullopt;
    }
    pieces_[1] = {const_cast<char*>(text->data()), text->size()};
    left_ = Iovecs(pieces_);
  }
  return stream_.try_send(left_, false);
}

/// The rest of a response, or all of one that has to wait. What fails before the first byte becomes an error answer;
/// `response` says what was sent.
Task<Status> Connection::send_rest(Response& response) {
  Status sent;
  if (!left_.empty()) {
    sent = co_await stream_.send(left_, false);
  } else if (auto* object = std::get_if<ObjectBody>(&response.body)) {
    sent = co_await objects_.send(Iovecs(pieces_).first(1), object->object, object->offset, object->length);
  } else {
    sent = co_await send_stream(std::get<StreamBody>(response.body));
  }
  const bool client_gone = !sent && (sent.error().code() == Errc::Cancelled || sent.error().code() == Errc::Timeout);
  if (sent || client_gone || stream_.sent() != sent_before_) co_return sent;
  response = failed(sent.error());
  if (auto done = send_now(response)) co_return *std::move(done);
  co_return co_await stream_.send(left_, false);
}

Task<Status> Connection::send_stream(StreamBody& body) {
  BodyWriter writer(stream_, objects_, head_, options_.framing, options_.length);
  std::string thrown;
  try {
    BRYO_CO_CHECK(co_await body.produce(writer));
    co_return co_await writer.finish();
  } catch (const std::exception& e) {
    thrown = e.what();
  }
  co_return threw(thrown);
}

Connection::Next Connection::after_answer(const Response& response, const Status& sent) {
  account(response.status);
  if (!sent) {
    if (sent.error().code() != Errc::Cancelled) log_failure(sent.error());
    state_.metrics.torn_responses.add();
    return Next::Tear;
  }
  ++served_;
  if (last_) return body_.finished() && !unread_ && !stream_.has_unread_bytes() ? Next::Close : Next::Linger;
  if (request_.body.capacity() > kKeptBody) request_.body = {};
  buffer_.shrink();
  return Next::Request;
}

Task<Connection::Next> Connection::drop_rest_of_body() {
  const bool dropped = co_await body_.discard(state_.limits.drain_bytes);
  co_return dropped ? Next::Request : Next::Linger;
}

/// How this response goes out, and whether the connection outlives it.
HeadOptions Connection::frame(const Response& response) {
  HeadOptions options;
  options.request_id = request_.id;
  options.has_body = request_.verb != Verb::Head;
  const bool head = request_.verb == Verb::Head && parser_.known_method();
  if (response.status < 200 || response.status == 204 || response.status == 304) {
    options.framing = Framing::None;
    options.has_body = false;
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
    options.has_body = options.has_body && object->length != 0;
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
  const auto end = std::chrono::steady_clock::now() + kStalls * state_.limits.linger;
  for (std::size_t left = state_.limits.linger_bytes; left != 0;) {
    thread_local std::array<std::byte, 64 << 10> waste;  // written by many, read by none
    const auto deadline = std::min(end, std::chrono::steady_clock::now() + state_.limits.linger);
    if (state_.draining) co_return;
    const auto n = co_await stream_.receive(MutableBytes(waste).first(std::min(waste.size(), left)), deadline);
    if (!n || *n == 0) co_return;
    left -= *n;
  }
}

void Connection::log_failure(const Error& error) const {
  // What is not built in or not ready is the client's wish, not our failure.
  if (error.status() < 500 || error.status() == 501 || error.status() == 503) return;
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
  idle_since_ = std::chrono::steady_clock::now();
  duration->observe(idle_since_ - request_.received);
}

}  // namespace bryo::kernel
