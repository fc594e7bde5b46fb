#pragma once

/// A streamed response on its way out.

#include <bryo/http.h>
#include <kernel/http/object_sender.h>
#include <kernel/http/response_head.h>
#include <kernel/http/socket_stream.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// The BodySink of one response. The header waits for the first bytes and leaves together with them; until then nothing
/// is decided, and a failure can still become an error answer.
class BodyWriter final : public BodySink {
 public:
  /// `head` must outlive the writer. With Framing::Length, `length` bytes must be written, no more and no less.
  BodyWriter(SocketStream& stream, ObjectSender& objects, const std::string& head, Framing framing,
             std::uint64_t length);

  Task<Status> write(std::span<const BytesView> pieces) override;
  Task<Status> write_last(std::span<const BytesView> pieces) override;
  Task<Status> send_object(BytesView head, ObjectPtr object, std::uint64_t offset, std::uint64_t length) override;
  void trailer(std::string name, std::string value) override;

  /// After the producer: whatever is still to be sent. Fails with Internal if a promised length was not kept.
  Task<Status> finish();

  /// Bytes of the response have been given to the operating system.
  [[nodiscard]] bool started() const noexcept { return stream_.sent() != sent_before_; }

 private:
  Status admit(std::uint64_t bytes);
  void put_front(std::uint64_t chunk);
  void put(std::string_view text);
  void put_pieces(std::span<const BytesView> pieces);
  [[nodiscard]] std::string_view chunk_end() const noexcept { return framing_ == Framing::Chunked ? "\r\n" : ""; }
  void put_end();
  Task<Status> flush();

  SocketStream& stream_;
  ObjectSender& objects_;
  const std::string& head_;
  const Framing framing_;
  std::uint64_t left_;  ///< of a promised length
  const std::uint64_t sent_before_;
  bool head_due_ = true;
  bool ended_ = false;
  std::array<char, 24> chunk_head_{};
  std::string end_;
  std::string trailers_;
  std::vector<iovec> out_;
};

}  // namespace bryo::kernel
