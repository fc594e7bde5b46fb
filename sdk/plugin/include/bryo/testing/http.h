#pragma once

/// The bodies of requests and answers, in memory.

#include <bryo/http.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bryo::testing {

/// A request body in memory.
class MemoryBody final : public ByteSource {
 public:
  explicit MemoryBody(std::string text) : text_(std::move(text)) {}
  Task<Result<std::size_t>> read(MutableBytes out) override {
    const auto n = std::min(out.size(), text_.size() - at_);
    std::memcpy(out.data(), text_.data() + at_, n);
    at_ += n;
    co_return n;
  }

 private:
  const std::string text_;
  std::size_t at_ = 0;
};

/// Keeps a streamed body.
class MemorySink final : public BodySink {
 public:
  std::string bytes;
  std::map<std::string, std::string> trailers;
  std::vector<std::size_t> writes;  ///< sizes, one for each call of the sink
  std::size_t objects_sent = 0;     ///< file to socket
  bool ended = false;               ///< by write_last
  /// The client goes away after this many bytes.
  std::size_t gone_after = ~std::size_t{0};

  Task<Status> write(std::span<const BytesView> pieces) override { co_return take(pieces); }
  Task<Status> write_last(std::span<const BytesView> pieces) override {
    ended = true;
    co_return take(pieces);
  }
  Task<Status> send_object(BytesView head, ObjectPtr object, std::uint64_t offset, std::uint64_t length) override {
    std::string content(length, '\0');
    BRYO_CO_CHECK(object->read_blocking(offset, std::as_writable_bytes(std::span(content))));
    ++objects_sent;
    const BytesView pieces[] = {head, as_bytes(content)};
    co_return take(pieces);
  }
  void trailer(std::string name, std::string value) override { trailers[std::move(name)] = std::move(value); }

 private:
  Status take(std::span<const BytesView> pieces) {
    const auto before = bytes.size();
    for (const auto& piece : pieces) bytes.append(as_text(piece));
    writes.push_back(bytes.size() - before);
    if (bytes.size() > gone_after) return Error(Errc::Cancelled, "the client is gone");
    return {};
  }
};

}  // namespace bryo::testing
