#pragma once

/// One keep-alive HTTP/1.1 connection of the load generator. Blocking; throws std::runtime_error, which ends the run.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::bench {

/// What is known of an answer after it was read and thrown away.
struct Answer {
  int status = 0;
  std::uint64_t body_bytes = 0;           ///< without chunk framing; of HEAD: as announced
  std::chrono::nanoseconds first_byte{};  ///< from the start of sending to the first byte of the body
  std::chrono::nanoseconds total{};
  bool has_error_trailer = false;  ///< the batch ended early: `Bryo-Error` after the last chunk
};

class Connection {
 public:
  Connection(const std::string& host, std::uint16_t port);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Sends `request` (head and body) and reads the whole answer. Body bytes are dropped inside the kernel (MSG_TRUNC)
  /// so that the generator costs as little as it can.
  Answer exchange(std::string_view request);

 private:
  void send_all(std::string_view bytes);
  std::string read_line();
  void fill();
  void discard(std::uint64_t n);

  int socket_ = -1;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace bryo::bench
