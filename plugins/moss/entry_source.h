#pragma once

/// Where the entries of a batch come from.

#include <bryo/archive.h>
#include <bryo/host.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace bryo::moss {

/// Payload that lies in an open object.
struct ObjectSlice {
  ObjectPtr object;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// Payload that must be decoded first: bytes `offset` to `offset + size` of a member that its shard stores compressed.
struct EncodedSlice {
  Shard shard;
  Member member;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// Payload in memory; entries that ask for the same share it.
struct LoadedBytes {
  /// With what it takes from the node's budget.
  struct Kept {
    ArchiveBuffer bytes;
    std::unique_ptr<Reservation> memory;
  };
  std::shared_ptr<const Kept> kept{};
  [[nodiscard]] BytesView view() const noexcept { return kept ? kept->bytes.view() : BytesView(); }
};

/// What became of one entry: its payload, or why there is none. A failure is data: with `coer` the batch goes on.
class EntryOutcome {
 public:
  EntryOutcome(ObjectSlice slice) : state_(std::move(slice)) {}
  EntryOutcome(EncodedSlice slice) : state_(std::move(slice)) {}
  EntryOutcome(LoadedBytes bytes) : state_(std::move(bytes)) {}
  EntryOutcome(Error failure) : state_(std::move(failure)) {}

  [[nodiscard]] const Error* failure() const noexcept { return std::get_if<Error>(&state_); }
  [[nodiscard]] const ObjectSlice* slice() const noexcept { return std::get_if<ObjectSlice>(&state_); }
  [[nodiscard]] const EncodedSlice* encoded() const noexcept { return std::get_if<EncodedSlice>(&state_); }
  [[nodiscard]] const LoadedBytes* loaded() const noexcept { return std::get_if<LoadedBytes>(&state_); }
  /// Of the payload; 0 for a failure.
  [[nodiscard]] std::uint64_t size() const noexcept {
    if (const auto* in_object = slice()) return in_object->size;
    if (const auto* in_shard = encoded()) return in_shard->size;
    if (const auto* in_memory = loaded()) return in_memory->view().size();
    return 0;
  }

 private:
  std::variant<ObjectSlice, EncodedSlice, LoadedBytes, Error> state_;
};

/// Opens entries by their number in the request. One coroutine uses it, in any order, also twice for one entry; asking
/// in ascending order is fast.
class EntrySource {
 public:
  virtual ~EntrySource() = default;
  /// Without waiting; nullopt: `get` must be awaited.
  virtual std::optional<EntryOutcome> try_get(std::size_t entry) = 0;
  virtual Task<EntryOutcome> get(std::size_t entry) = 0;
  /// The payload of an entry whose outcome is `slice`, in memory, or why it cannot be had.
  virtual Task<EntryOutcome> decode(std::size_t entry, EncodedSlice slice) = 0;
  /// `entry` is about to be asked for, and memory did not hold the one before.
  virtual void will_need(std::size_t entry) = 0;
};

}  // namespace bryo::moss
