#pragma once

/// The answer of a get-batch, pulled entry by entry while it arrives.

#include <bryo/client/batch_request.h>
#include <bryo/client/byte_stream.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bryo::client {

/// One member of the answer.
struct BatchItem {
  std::size_t index = 0;   ///< of its entry in the request
  std::string name;        ///< as in the archive
  std::uint64_t size = 0;  ///< bytes that `read` will give
  bool missing = false;    ///< the entry failed and the request said to continue
  std::string error{};     ///< why; only a buffered answer tells
  std::string opaque{};    ///< what the request's entry carried
};

/// Metadata of an entry in a buffered answer (get-batch.md section 4.2).
struct BatchOutcome {
  std::string object;
  std::string archpath;
  std::string bucket;
  std::string provider;
  std::string error;
  std::string opaque;
  std::uint64_t size = 0;
};

/// One thread at a time. Memory: bounded by the metadata of a buffered answer, else constant. Dropped before the end,
/// the connection closes and the server stops. Made by `Client::get_batch`.
class BatchReader {
 public:
  BatchReader(BatchReader&&) noexcept;
  BatchReader& operator=(BatchReader&&) noexcept;
  ~BatchReader();

  /// The next entry; what is unread of this one is skipped. Nothing = all entries arrived. Fails if the batch ended
  /// early: with the server's reason if it sent one (trailer `Bryo-Error`), else naming how many entries came.
  /// ZIP archives have their directory at the end: Unsupported here, use `copy_archive`.
  Result<std::optional<BatchItem>> next();
  /// Bytes of the current entry, 0 = its end.
  Result<std::size_t> read(std::span<std::byte> out);
  /// The rest of the current entry. Fails with TooLarge beyond `limit`.
  Result<std::string> read_all(std::size_t limit = std::size_t{1} << 30);

  /// Instead of `next`: the archive as it arrives. Returns its bytes. Members are counted on the way (not in a ZIP), so
  /// that a short batch fails here too; the names of missing entries are passed to `on_item`, if given.
  Result<std::uint64_t> copy_archive(ByteSink& sink, const std::function<void(const BatchItem&)>& on_item = {});

  /// `application/x-tar`, ...
  [[nodiscard]] const std::string& content_type() const noexcept;
  /// The job that answered; empty in a streaming answer.
  [[nodiscard]] const std::string& job() const noexcept;
  /// One per entry in a buffered answer, else empty.
  [[nodiscard]] const std::vector<BatchOutcome>& outcomes() const noexcept;

 private:
  friend class Client;
  struct State;
  explicit BatchReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace bryo::client
