#pragma once

/// The body of the request under way.

#include <bryo/bytes.h>
#include <kernel/http/http_limits.h>
#include <kernel/http/receive_buffer.h>
#include <kernel/http/request_parser.h>
#include <kernel/http/socket_stream.h>

#include <cstdint>
#include <optional>
#include <string>

namespace bryo::kernel {

/// Pulls the body from the connection: what the buffer holds first, then the socket, straight into the reader's memory
/// where the length is known. One per connection, used again for every request.
class RequestBody final : public ByteSource {
 public:
  RequestBody(SocketStream& stream, RequestParser& parser, ReceiveBuffer& buffer, const HttpLimits& limits)
      : stream_(stream), parser_(parser), buffer_(buffer), limits_(limits) {}

  /// After the header of a request. `limit`: bytes; a longer body fails with TooLarge.
  void begin(std::optional<std::uint64_t> length, std::uint64_t limit);

  /// Fails with Timeout when the client stalls, InvalidArgument when it ends or garbles the body, TooLarge. Errors
  /// stay.
  Task<Result<std::size_t>> read(MutableBytes out) override;
  /// All of it. Memory grows with what arrives, not with what was announced.
  Task<Status> read_all(std::string& out);
  /// Reads away what is left, at most `limit` bytes. False: there is more, or it failed.
  Task<bool> discard(std::uint64_t limit);

  [[nodiscard]] bool finished() const noexcept { return finished_; }
  /// The connection can serve another request: nothing is left, or so little that it may be read away.
  [[nodiscard]] bool cheap_to_finish() const noexcept;

 private:
  Task<Status> ask_for_it();
  Task<Result<std::size_t>> read_counted(MutableBytes out);
  Task<Result<std::size_t>> read_chunked(MutableBytes out);

  SocketStream& stream_;
  RequestParser& parser_;
  ReceiveBuffer& buffer_;
  const HttpLimits& limits_;
  std::uint64_t left_ = 0;   ///< with a known length
  std::uint64_t limit_ = 0;  ///< still allowed, in chunks
  bool chunked_ = false;
  bool withheld_ = false;  ///< the client waits for "100 Continue"
  bool finished_ = true;
  std::optional<Error> failed_;
};

}  // namespace bryo::kernel
