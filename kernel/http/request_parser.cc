#include <kernel/http/request_parser.h>

#include <boost/beast/http/basic_parser.hpp>
#include <cstring>
#include <optional>
#include <string>

namespace bryo::kernel {

namespace http = boost::beast::http;
using boost::beast::error_code;

namespace {

std::optional<Verb> verb_of(http::verb method) noexcept {
  switch (method) {
    case http::verb::get:
      return Verb::Get;
    case http::verb::head:
      return Verb::Head;
    case http::verb::put:
      return Verb::Put;
    case http::verb::post:
      return Verb::Post;
    case http::verb::patch:
      return Verb::Patch;
    case http::verb::delete_:
      return Verb::Delete;
    case http::verb::options:
      return Verb::Options;
    default:
      return std::nullopt;
  }
}

std::string_view view(boost::beast::string_view text) noexcept { return {text.data(), text.size()}; }

Error malformed(std::string_view why) { return Error(Errc::InvalidArgument, "malformed request: " + std::string(why)); }

/// What one request's parse leaves behind.
struct Facts {
  std::string method;
  bool known_method = false;
  bool http_1_0 = false;
  bool keep_alive = false;
  bool chunked = false;
  bool expects_continue = false;
  bool other_coding = false;  ///< a Transfer-Encoding that is not exactly "chunked"
  int hosts = 0;
};

/// Beast's parser with its callbacks: fields go straight into the Request.
class Message final : public http::basic_parser<true> {
 public:
  Message(Request& request, Facts& facts) : request_(request), facts_(facts) {
    body_limit(boost::none);  // limits are the route's, known after the header
  }
  void give_room(MutableBytes out) {
    out_ = out;
    produced_ = 0;
  }
  [[nodiscard]] std::size_t produced() const noexcept { return produced_; }
  [[nodiscard]] bool inside_chunk() const noexcept { return chunk_left_ != 0; }

 private:
  void on_request_impl(http::verb method, boost::beast::string_view name, boost::beast::string_view target, int version,
                       error_code&) override {
    facts_.method.assign(name.data(), name.size());
    facts_.http_1_0 = version == 10;
    if (const auto verb = verb_of(method)) {
      request_.verb = *verb;
      facts_.known_method = true;
    }
    request_.target.assign(target.data(), target.size());
  }
  void on_field_impl(http::field id, boost::beast::string_view name, boost::beast::string_view value,
                     error_code&) override {
    if (header_done_) return;
    if (id == http::field::transfer_encoding) {
      facts_.other_coding |= !Headers::equal_names(view(value), "chunked");
    } else if (id == http::field::expect) {
      facts_.expects_continue |= Headers::equal_names(view(value), "100-continue");
    } else if (id == http::field::host) {
      ++facts_.hosts;
    }
    request_.headers.add(std::string(name.data(), name.size()), std::string(value.data(), value.size()));
  }
  void on_header_impl(error_code&) override {
    header_done_ = true;
    facts_.keep_alive = keep_alive();
    facts_.chunked = chunked();
    if (const auto length = content_length()) request_.content_length = *length;
  }
  void on_chunk_header_impl(std::uint64_t size, boost::beast::string_view, error_code&) override { chunk_left_ = size; }
  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view bytes, error_code&) override {
    const auto n = std::min(bytes.size(), out_.size());
    std::memcpy(out_.data(), bytes.data(), n);
    out_ = out_.subspan(n);
    produced_ += n;
    chunk_left_ -= n;
    return n;
  }
  // Bodies with a length never come here: the connection counts them itself.
  void on_response_impl(int, boost::beast::string_view, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(boost::beast::string_view bytes, error_code&) override { return bytes.size(); }
  void on_finish_impl(error_code&) override {}

  Request& request_;
  Facts& facts_;
  bool header_done_ = false;
  std::uint64_t chunk_left_ = 0;
  MutableBytes out_;
  std::size_t produced_ = 0;
};

/// Where the header ends, looking only at lines that were not looked at before.
class LineScan {
 public:
  struct Found {
    bool line = false;    ///< at least one whole line
    std::size_t end = 0;  ///< behind the empty line; 0 = not there yet
    bool bare_newline = false;
  };
  Found scan(std::string_view bytes) {
    Found found;
    for (;;) {
      const auto newline = bytes.find('\n', seen_);
      if (newline == std::string_view::npos) {
        seen_ = bytes.size();
        break;
      }
      if (newline == 0 || bytes[newline - 1] != '\r') return {true, 0, true};
      seen_ = newline + 1;
      found.line = true;
      const bool empty = newline - 1 == line_start_;
      line_start_ = newline + 1;
      if (empty) {
        found.end = newline + 1;
        break;
      }
    }
    return found;
  }
  /// The first `n` bytes are gone.
  void drop(std::size_t n) {
    seen_ -= std::min(n, seen_);
    line_start_ -= std::min(n, line_start_);
  }

 private:
  std::size_t seen_ = 0;
  std::size_t line_start_ = 0;
};

}  // namespace

class RequestParser::Beast {
 public:
  std::size_t header_limit = 0;
  std::size_t header_bytes = 0;
  Request* request = nullptr;
  Facts facts;
  LineScan lines;
  std::optional<Message> message;
};

RequestParser::RequestParser(std::size_t header_limit) : beast_(std::make_unique<Beast>()) {
  beast_->header_limit = header_limit;
}
RequestParser::~RequestParser() = default;

void RequestParser::start(Request& request) {
  Beast& b = *beast_;
  b.request = &request;
  std::string method = std::move(b.facts.method);
  method.clear();
  b.facts = {};
  b.facts.method = std::move(method);
  b.lines = {};
  b.header_bytes = 0;
  b.message.emplace(request, b.facts);
  b.message->header_limit(static_cast<std::uint32_t>(b.header_limit));
}

Result<RequestParser::HeaderStep> RequestParser::header(std::string_view bytes) {
  Beast& b = *beast_;
  HeaderStep step;
  if (!b.message->got_some()) {
    // An empty line before a request is some clients' bad habit (RFC 9112 2.2).
    while (bytes.substr(step.consumed).starts_with("\r\n")) step.consumed += 2;
    b.lines.drop(step.consumed);
    b.header_bytes += step.consumed;
    bytes.remove_prefix(step.consumed);
    if (!bytes.empty() && bytes.front() != '\r' && (bytes.front() < 'A' || bytes.front() > 'Z')) {
      return malformed("does not start with a method (is the client speaking TLS?)");
    }
  }
  const auto found = b.lines.scan(bytes);
  if (found.bare_newline) return malformed("a line of the header does not end with CR LF");
  if (b.header_bytes + (found.end != 0 ? found.end : bytes.size()) > b.header_limit) {
    return Error(Errc::InvalidArgument, "header longer than " + std::to_string(b.header_limit) + " bytes")
        .with_status(431);
  }
  // A request line alone is parsed early, so that nonsense is answered at once; else the parser sees whole headers
  // only.
  const bool parse = found.end != 0 || (found.line && !b.message->got_some());
  if (!parse) return step;
  error_code ec;
  const auto used =
      b.message->put(boost::asio::const_buffer(bytes.data(), found.end != 0 ? found.end : bytes.size()), ec);
  step.consumed += used;
  b.header_bytes += used;
  b.lines.drop(used);
  if (ec && ec != http::error::need_more) return malformed(ec.message());
  if (found.end == 0) return step;
  if (!b.message->is_header_done()) return malformed("header ends too early");
  const Facts& facts = b.facts;
  if (facts.other_coding) {
    return Error(Errc::InvalidArgument, "unsupported Transfer-Encoding: only \"chunked\" is understood")
        .with_status(501);
  }
  if (facts.chunked && facts.http_1_0) return malformed("chunked body in HTTP/1.0");
  if (facts.hosts > 1 || (facts.hosts == 0 && !facts.http_1_0)) return malformed("needs one Host header");
  step.complete = true;
  return step;
}

bool RequestParser::keep_alive() const noexcept { return beast_->facts.keep_alive; }
bool RequestParser::http_1_0() const noexcept { return beast_->facts.http_1_0; }
bool RequestParser::chunked() const noexcept { return beast_->facts.chunked; }
bool RequestParser::expects_continue() const noexcept { return beast_->facts.expects_continue; }
std::string_view RequestParser::method() const noexcept { return beast_->facts.method; }
bool RequestParser::known_method() const noexcept { return beast_->facts.known_method; }

Result<RequestParser::ChunkStep> RequestParser::chunk(std::string_view bytes, MutableBytes out) {
  // The shortest end of a body is "0 CR LF CR LF"; Beast asserts that it sees that much outside a chunk.
  constexpr std::size_t kShortest = 5;
  Message& message = *beast_->message;
  message.give_room(out);
  ChunkStep step;
  while (!message.is_done()) {
    const auto rest = bytes.substr(step.consumed);
    const bool inside = message.inside_chunk();
    if (inside ? rest.empty() || message.produced() == out.size() : rest.size() < kShortest) break;
    error_code ec;
    const auto used = message.put(boost::asio::const_buffer(rest.data(), rest.size()), ec);
    step.consumed += used;
    if (ec == http::error::need_more) break;
    if (ec) return malformed("chunked body: " + ec.message());
  }
  step.produced = message.produced();
  step.complete = message.is_done();
  return step;
}

}  // namespace bryo::kernel
