#include <kernel/http/body_writer.h>

#include <charconv>
#include <string_view>
#include <utility>

namespace bryo::kernel {

namespace {

std::uint64_t total(std::span<const BytesView> pieces) {
  std::uint64_t n = 0;
  for (const auto& piece : pieces) n += piece.size();
  return n;
}

}  // namespace

BodyWriter::BodyWriter(SocketStream& stream, ObjectSender& objects, const std::string& head, Framing framing,
                       std::uint64_t length)
    : stream_(stream), objects_(objects), head_(head), framing_(framing), left_(length), sent_before_(stream.sent()) {}

Task<Status> BodyWriter::write(std::span<const BytesView> pieces) {
  const auto bytes = total(pieces);
  BRYO_CO_CHECK(admit(bytes));
  put_front(bytes);
  put_pieces(pieces);
  if (bytes != 0) put(chunk_end());
  co_return co_await flush();
}

Task<Status> BodyWriter::write_last(std::span<const BytesView> pieces) {
  const auto bytes = total(pieces);
  BRYO_CO_CHECK(admit(bytes));
  put_front(bytes);
  put_pieces(pieces);
  if (bytes != 0) put(chunk_end());
  put_end();
  co_return co_await flush();
}

Task<Status> BodyWriter::send_object(BytesView head, ObjectPtr object, std::uint64_t offset, std::uint64_t length) {
  BRYO_CO_CHECK(admit(head.size() + length));
  put_front(head.size() + length);
  put(as_text(head));
  if (length != 0) co_return co_await objects_.send(out_, std::move(object), offset, length, chunk_end());
  if (!head.empty()) put(chunk_end());
  co_return co_await flush();
}

void BodyWriter::trailer(std::string name, std::string value) { append_field(trailers_, name, value); }

Task<Status> BodyWriter::finish() {
  if (framing_ == Framing::Length && left_ != 0) {
    co_return Error(Errc::Internal, "a response ended " + std::to_string(left_) + " bytes before its promised length");
  }
  if (ended_) co_return Status{};
  put_front(0);
  put_end();
  co_return co_await flush();
}

Status BodyWriter::admit(std::uint64_t bytes) {
  if (ended_) return Error(Errc::Internal, "a response was written to after its last piece");
  if (framing_ != Framing::Length) return {};
  if (bytes > left_) {
    return Error(Errc::Internal, "a response is " + std::to_string(bytes - left_) + " bytes longer than promised");
  }
  left_ -= bytes;
  return {};
}

/// What must precede `chunk` bytes of content: the response's header, the chunk's head.
void BodyWriter::put_front(std::uint64_t chunk) {
  out_.clear();
  if (std::exchange(head_due_, false)) put(head_);
  if (framing_ != Framing::Chunked || chunk == 0) return;
  char* end = std::to_chars(chunk_head_.data(), chunk_head_.data() + chunk_head_.size() - 2, chunk, 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  put({chunk_head_.data(), end});
}

void BodyWriter::put(std::string_view text) {
  if (!text.empty()) out_.push_back({const_cast<char*>(text.data()), text.size()});
}

void BodyWriter::put_pieces(std::span<const BytesView> pieces) {
  for (const auto& piece : pieces) put(as_text(piece));
}

void BodyWriter::put_end() {
  ended_ = true;
  if (framing_ != Framing::Chunked) return;
  end_.assign("0\r\n").append(trailers_).append("\r\n");
  put(end_);
}

Task<Status> BodyWriter::flush() { return stream_.send(out_, false); }

}  // namespace bryo::kernel
