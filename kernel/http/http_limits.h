#pragma once

/// Every bound of the HTTP server.

#include <chrono>
#include <cstddef>

namespace bryo::kernel {

struct HttpLimits {
  using Time = std::chrono::steady_clock::duration;

  std::size_t header_bytes = 64 << 10;             ///< request line and fields; more is answered 431
  std::size_t connections = 10'000;                ///< open at one time; more wait in the listen queue
  Time header_timeout = std::chrono::seconds(30);  ///< from the first byte of a request to the end of its header
  Time idle_timeout = std::chrono::seconds(60);    ///< between two requests of a connection
  Time body_stall = std::chrono::seconds(30);      ///< a request body that does not move
  Time write_stall = std::chrono::seconds(30);     ///< a client that takes nothing
  Time linger = std::chrono::seconds(5);           ///< a closing connection that still sends
  std::size_t drain_bytes = 256 << 10;   ///< body left unread by a handler that is read away to keep the connection
  std::size_t linger_bytes = 256 << 20;  ///< the same before a connection is closed
  /// Bodies up to this size are copied behind the header and sent with one call, larger ones go by sendfile.
  std::size_t copy_bytes = 64 << 10;
};

}  // namespace bryo::kernel
