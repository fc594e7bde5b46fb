#pragma once

/// HTTP as handlers see it. No plugin touches a socket.

#include <bryo/objects.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace bryo {

enum class Verb : std::uint8_t { Get, Head, Put, Post, Patch, Delete, Options };
[[nodiscard]] std::string_view verb_name(Verb verb) noexcept;

inline std::string_view verb_name(Verb verb) noexcept {
  switch (verb) {
    case Verb::Get:
      return "GET";
    case Verb::Head:
      return "HEAD";
    case Verb::Put:
      return "PUT";
    case Verb::Post:
      return "POST";
    case Verb::Patch:
      return "PATCH";
    case Verb::Delete:
      return "DELETE";
    case Verb::Options:
      return "OPTIONS";
  }
  return "GET";
}

/// Header fields in order, names compared without regard to case.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// The first field of that name.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    for (const auto& [n, v] : fields_) {
      if (equal_names(n, name)) return v;
    }
    return std::nullopt;
  }
  [[nodiscard]] const std::vector<Field>& fields() const noexcept { return fields_; }
  void clear() noexcept { fields_.clear(); }
  [[nodiscard]] static bool equal_names(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
      if (lower(a[i]) != lower(b[i])) return false;
    }
    return true;
  }

 private:
  std::vector<Field> fields_;
};

/// The query, percent-decoded, in order.
class Query {
 public:
  void add(std::string key, std::string value) { items_.emplace_back(std::move(key), std::move(value)); }
  [[nodiscard]] std::optional<std::string_view> get(std::string_view key) const {
    for (const auto& [k, v] : items_) {
      if (k == key) return v;
    }
    return std::nullopt;
  }
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& items() const noexcept { return items_; }
  void clear() noexcept { items_.clear(); }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

/// The kernel's: how it ends a call from outside. Not for plugins.
class CallScope;

/// One request. Owned by the connection; lives until the response has been sent.
struct Request {
  Verb verb = Verb::Get;
  std::string target;  ///< as received: path and query
  std::string path;    ///< percent-decoded once
  std::string rest;    ///< the part of `path` that the route's '*' matched, without its leading '/'
  Query query;
  Headers headers;
  std::string body;                   ///< whole, unless the route asked for a stream
  ByteSource* body_stream = nullptr;  ///< routes with `stream_body`; a 100-continue goes out at the first read
  std::optional<std::uint64_t> content_length;
  std::string remote;  ///< "ip:port" of the client
  std::string id;      ///< request id, also in the log and in X-Request-Id
  Executor executor;   ///< the event loop of this request
  std::chrono::steady_clock::time_point received;
  std::shared_ptr<CallScope> scope;  ///< the kernel's
};

/// Where a streamed response goes. Methods return when the bytes are with the operating system, so a slow client slows
/// the writer down. Fails with Cancelled once the client is gone, Timeout when it stopped reading.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// Sends `pieces` as one chunk with one system call where the socket allows. The response's header leaves with the
  /// first bytes; a call without bytes sends it alone, for producers that have to wait before they have any.
  virtual Task<Status> write(std::span<const BytesView> pieces) = 0;
  /// The same for the end of the body: the pieces, the trailers set so far and the end leave together. Nothing may be
  /// written after it. Optional: a body also ends when `produce` does.
  virtual Task<Status> write_last(std::span<const BytesView> pieces) { return write(pieces); }
  /// Sends `head` and then `length` bytes of the object from `offset`, file to socket.
  virtual Task<Status> send_object(BytesView head, ObjectPtr object, std::uint64_t offset, std::uint64_t length) = 0;
  /// A trailer field, sent after the last chunk. Its name must be announced in the response's `Trailer` header.
  virtual void trailer(std::string name, std::string value) = 0;
};

/// A range of an object as the body.
struct ObjectBody {
  ObjectPtr object;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// A body made while it is sent. If `produce` fails before any byte was sent, its Error is answered instead; later, the
/// connection is torn, so that the client cannot take a part for the whole.
struct StreamBody {
  std::optional<std::uint64_t> length{};  ///< nullopt: chunked
  std::function<Task<Status>(BodySink&)> produce;
};

struct Response {
  int status = 200;
  Headers headers;
  std::variant<std::string, ObjectBody, StreamBody> body{};

  Response() = default;
  explicit Response(int s) : status(s) {}
  static Response json(std::string text) { return typed("application/json; charset=utf-8", std::move(text)); }
  static Response text(std::string text) { return typed("text/plain; charset=utf-8", std::move(text)); }
  static Response typed(std::string content_type, std::string bytes) {
    Response r;
    r.headers.add("Content-Type", std::move(content_type));
    r.body = std::move(bytes);
    return r;
  }
};

/// Which role of the node answers a route, and who may call it.
enum class Role : std::uint8_t { Gateway = 1, Target = 2, Any = 3 };

/// The right a caller needs (checked by the kernel before the handler runs).
enum class Access : std::uint8_t { Open, Read, Write, Admin };

/// Declaration of a route. `pattern` is a path; a trailing "/*" matches any rest. Longest pattern wins; equal patterns
/// of one verb clash.
struct RouteSpec {
  Verb verb = Verb::Get;                ///< one; a handler of several verbs has a route for each
  std::string pattern;                  ///< "/v1/thing" or "/v1/thing/*"
  std::string doc;                      ///< one sentence, required
  Role role = Role::Any;                ///< a node without it answers as if there were no such route
  Access access = Access::Read;         ///< what the caller must be allowed
  std::uint64_t body_limit = 1u << 20;  ///< bytes; more is answered 413
  bool stream_body = false;             ///< the handler reads `Request::body_stream`; false: `body` holds it all
};

/// Must be callable by several threads at once. An Error becomes the wire's error answer.
using RouteHandler = std::function<Task<Result<Response>>(Request&)>;

}  // namespace bryo
