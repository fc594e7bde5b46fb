#pragma once

/// Bytes of a connection -> requests. The only part of the server that knows Beast.

#include <bryo/http.h>

#include <cstddef>
#include <memory>
#include <string_view>

namespace bryo::kernel {

/// Parses the header of one request after the other, and bodies in chunked encoding. One connection, one thread.
/// Errors carry the HTTP status to answer; after one the connection is of no further use.
class RequestParser {
 public:
  struct HeaderStep {
    std::size_t consumed = 0;  ///< bytes of the argument that are done with
    bool complete = false;
  };
  struct ChunkStep {
    std::size_t consumed = 0;  ///< bytes of the input that are done with
    std::size_t produced = 0;  ///< bytes of content written
    bool complete = false;     ///< the body has ended
  };

  explicit RequestParser(std::size_t header_limit);
  ~RequestParser();

  /// Starts the next request; its verb, target and headers go into `request`, which must outlive it.
  void start(Request& request);

  /// Takes what has arrived of the header: call it again with the rest and more behind. Fails with 400 when it is
  /// malformed, 431 when it is longer than the limit, 501 when it asks for a transfer coding other than chunked.
  Result<HeaderStep> header(std::string_view bytes);

  // After a complete header:
  [[nodiscard]] bool keep_alive() const noexcept;
  [[nodiscard]] bool http_1_0() const noexcept;
  [[nodiscard]] bool chunked() const noexcept;
  [[nodiscard]] bool expects_continue() const noexcept;
  /// The method as sent; also while the header is not complete.
  [[nodiscard]] std::string_view method() const noexcept;
  /// Whether it is one of `Verb`.
  [[nodiscard]] bool known_method() const noexcept;

  /// Takes what has arrived of a chunked body. Consumes nothing when it needs more input; what it cannot use stays with
  /// the caller. Trailer fields are dropped: they must not pass for header fields. Fails with 400.
  Result<ChunkStep> chunk(std::string_view bytes, MutableBytes out);

 private:
  class Beast;
  std::unique_ptr<Beast> beast_;
};

}  // namespace bryo::kernel
