#include "requests.h"

#include <bryo/client/endpoint.h>
#include <bryo/client/uri.h>

#include <array>

#include "wire.h"
#include "wire_error.h"

namespace bryo::client {
namespace {

constexpr std::size_t kMaxDocument = std::size_t{256} << 20;
constexpr std::size_t kMaxErrorBody = std::size_t{64} << 10;

bool is_redirect(int status) { return status == 301 || status == 302 || status == 307 || status == 308; }

/// Where a Location leads, or an error that names it.
Result<std::string> redirect_url(const std::string& from, std::string_view location) {
  if (location.starts_with('/') && !location.starts_with("//")) {
    return from.substr(0, from.find('/', from.find("://") + 3)).append(location);
  }
  const bool secure = location.starts_with("https://");
  if (!secure && !location.starts_with("http://")) {
    return Error(Errc::InvalidArgument, "redirected to \"" + std::string(location) + "\", which is no http address");
  }
  if (!secure && from.starts_with("https://")) {
    return Error(Errc::Forbidden, "redirected from https to \"" + std::string(location) + "\", which is not encrypted");
  }
  return std::string(location);
}

/// Remembers that a request failed on this side, which sending it again does not change.
class WatchedBody final : public BodySource {
 public:
  explicit WatchedBody(BodySource& body) : body_(body) {}
  std::optional<std::uint64_t> size() const override { return body_.size(); }
  bool repeatable() const override { return body_.repeatable(); }
  Status rewind() override { return body_.rewind(); }
  Result<std::size_t> read(std::span<std::byte> out) override {
    auto n = body_.read(out);
    failed_ = failed_ || !n;
    return n;
  }
  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  BodySource& body_;
  bool failed_ = false;
};

/// Reads what is left, so that the connection is kept; large rests are not worth it.
void finish(HttpExchange& exchange) {
  std::array<std::byte, 4096> rest;
  for (std::size_t total = 0; total < kMaxErrorBody;) {
    const auto n = exchange.read(rest);
    if (!n || *n == 0) return;
    total += *n;
  }
}

HttpLimits limits_of(const ClientOptions& client, const CallOptions& call) {
  HttpLimits limits{.connect = client.connect_timeout, .stall = client.stall_timeout, .stop = call.stop};
  if (call.timeout.count() > 0) limits.deadline = std::chrono::steady_clock::now() + call.timeout;
  return limits;
}

}  // namespace

/// An answer below 300, or a refusal that may pass.
struct Client::Requests::Attempt {
  std::unique_ptr<HttpExchange> exchange;
  std::optional<Error> refused;
};

Result<std::unique_ptr<HttpExchange>> Client::Requests::open(const ApiCall& call, const CallOptions& options) const {
  const auto limits = limits_of(options_, options);
  for (int number = 1;; ++number) {
    BRYO_TRY(attempt_made, attempt(call, limits));
    if (!attempt_made.refused) return std::move(attempt_made.exchange);
    const auto& refused = *attempt_made.refused;
    const auto wait = retry_wait(options_.retry, number, refused.retry_after(), random_fraction());
    if (number >= options_.retry.attempts || std::chrono::steady_clock::now() + wait >= limits.deadline) return refused;
    BRYO_CHECK(wait_for(wait, limits.stop));
  }
}

Result<Client::Requests::Attempt> Client::Requests::attempt(const ApiCall& call, const HttpLimits& limits) const {
  std::optional<WatchedBody> body;
  if (call.body != nullptr) body.emplace(*call.body);
  ApiCall watched = call;
  watched.body = body ? &*body : nullptr;
  auto sent = follow(watched, prepare(call), limits);
  if (!sent) {
    const bool again = repeat_after_failure(sent.error().code(), call.repeat) && !(body && body->failed());
    if (!again) return sent.error();
    return Attempt{nullptr, sent.error()};
  }
  auto& exchange = **sent;
  if (exchange.status() < 300) return Attempt{std::move(*sent), {}};
  const auto text = read_all(exchange, kMaxErrorBody);
  auto error = decode_error(exchange.status(), exchange.headers(), text ? *text : std::string(),
                            call.method + " " + call.target.substr(0, call.target.find('?')));
  if (!repeat_after_status(exchange.status(), call.repeat)) return error;
  return Attempt{nullptr, std::move(error)};
}

Result<std::unique_ptr<HttpExchange>> Client::Requests::follow(const ApiCall& call, HttpRequest request,
                                                               const HttpLimits& limits) const {
  for (int hop = 0;; ++hop) {
    if (call.body != nullptr) BRYO_CHECK(call.body->rewind());
    BRYO_TRY(exchange, transport_->send(request, call.body, limits));
    if (!is_redirect(exchange->status())) return exchange;
    const std::string location(exchange->headers().get("Location"));
    if (location.empty()) return Error(Errc::InvalidArgument, request.url + " redirects to nowhere");
    if (hop >= options_.redirects) {
      return Error(Errc::InvalidArgument, request.url + " redirects again after " + std::to_string(hop) + " redirects");
    }
    BRYO_TRY(url, redirect_url(request.url, location));
    finish(*exchange);
    request.url = url;
  }
}

HttpRequest Client::Requests::prepare(const ApiCall& call) const {
  HttpRequest request{call.method, options_.endpoint + call.target, call.headers};
  request.headers.add("User-Agent", options_.user_agent);
  if (!options_.token.empty()) request.headers.add("Authorization", "Bearer " + options_.token);
  return request;
}

Result<Client::Requests::Document> Client::Requests::fetch(const ApiCall& call, const CallOptions& options) const {
  BRYO_TRY(exchange, open(call, options));
  BRYO_TRY(body, read_all(*exchange, kMaxDocument));
  return Document{std::string(exchange->headers().get("Content-Type")), std::move(body)};
}

Result<Headers> Client::Requests::perform(const ApiCall& call, const CallOptions& options) const {
  BRYO_TRY(exchange, open(call, options));
  finish(*exchange);
  return exchange->headers();
}

std::string bucket_query(const BucketName& bucket) {
  std::string query = "provider=" + encode_query(bucket.provider);
  if (!bucket.ns_uuid.empty() || !bucket.ns_name.empty()) {
    query += "&namespace=" + encode_query("@" + bucket.ns_uuid + "#" + bucket.ns_name);
  }
  return query;
}

std::string action_message(std::string_view action, std::string_view value) {
  return R"({"action":")" + std::string(action) + R"(","value":)" + std::string(value) + "}";
}

ApiCall json_call(std::string method, std::string target, MemoryBody& body) {
  ApiCall call{.method = std::move(method), .target = std::move(target), .body = &body};
  call.headers.add("Content-Type", std::string(wire::kJson));
  return call;
}

Result<Client> Client::open(ClientOptions options, std::shared_ptr<Transport> transport) {
  BRYO_TRY(endpoint, resolve_endpoint(options.endpoint));
  options.endpoint = endpoint;
  if (!transport) transport = make_curl_transport();
  return Client(std::make_shared<const Requests>(std::move(options), std::move(transport)), {});
}

Client Client::with(CallOptions options) const { return {requests_, std::move(options)}; }

const std::string& Client::endpoint() const noexcept { return requests_->endpoint(); }

}  // namespace bryo::client
