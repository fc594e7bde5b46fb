#pragma once

/// Objects to sockets.

#include <bryo/host.h>
#include <kernel/http/socket_stream.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bryo::kernel {

/// Sends ranges of objects over one connection. Small ones are copied behind what precedes them and go out with one
/// system call; large ones go by sendfile, piece by piece, yielding the loop in between. The loop never waits for a
/// disk: what is not in memory is read by the pool first.
class ObjectSender {
 public:
  ObjectSender(SocketStream& stream, BlockingPool& pool, std::size_t copy_bytes)
      : stream_(stream), pool_(pool), copy_bytes_(copy_bytes) {}

  /// Sends `before`, the range, and `after`, which both live until the end. Nothing of `before` has been sent when the
  /// first bytes of the object could not be read. `length` is not 0 and the range lies inside the object.
  Task<Status> send(Iovecs before, ObjectPtr object, std::uint64_t offset, std::uint64_t length,
                    std::string_view after = {});

 private:
  Task<Status> send_copied(Iovecs before, ObjectPtr object, std::uint64_t offset, std::uint64_t length,
                           std::string_view after);
  Task<Status> send_by_file(Iovecs before, ObjectPtr object, std::uint64_t offset, std::uint64_t length,
                            std::string_view after);
  Task<Status> bring_in(ObjectPtr object, std::uint64_t offset, std::uint64_t length);

  SocketStream& stream_;
  BlockingPool& pool_;
  const std::size_t copy_bytes_;
};

}  // namespace bryo::kernel
