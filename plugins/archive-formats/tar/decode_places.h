#pragma once

/// Where decoding an archive can begin again, as formats that hold a TAR keep it in the index: 24 bytes for a place,
/// and the output before it where decoding needs that, packed by the format.

#include <bryo/member_index.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::tar {

/// One place.
struct DecodePlace {
  std::uint64_t decoded = 0;  ///< bytes of output before it
  std::uint64_t encoded = 0;  ///< where it lies in the archive, below 2^48
  std::uint16_t own = 0;      ///< the format's own
  std::uint64_t window = 0;   ///< where the window begins in the format data, plus 1; 0: it has none
};

/// Collects places in one pass. The format data are the windows, the places and what is known of all of them, in this
/// order. One thread; failures are those of the sink.
class DecodePlaceWriter {
 public:
  explicit DecodePlaceWriter(MemberSink& members) : members_(members) {}

  /// Behind the one before. `packed` is a window of `size` bytes, and as long as that if it did not shrink.
  Status add(const DecodePlace& place, std::size_t size, BytesView packed);
  /// One without a window.
  void add(const DecodePlace& place);
  /// Drops every second place; their windows stay.
  void thin_out();
  /// After the pass, whole or not. `wrong_from`: the content from there on failed a checksum. `entries_end`: where the
  /// last entry of the TAR ends, if it is whole.
  Status finish(std::optional<std::uint64_t> wrong_from, std::uint64_t entries_end);

  [[nodiscard]] std::size_t count() const noexcept { return records_.size(); }
  /// The format data are at most this long if one more place is added, with a window that takes `packed` bytes.
  [[nodiscard]] std::uint64_t size_with(std::size_t packed) const noexcept;

 private:
  friend class DecodePlaces;
  struct Record {
    std::uint64_t decoded;
    std::uint64_t encoded;  ///< 48 bits, and above them what is the format's own
    std::uint64_t window;
  };

  MemberSink& members_;
  std::uint64_t windows_ = 0;  ///< bytes of them so far
  std::vector<Record> records_;
};

/// What an index has. Offsets in it are checked, its order is believed. Immutable.
class DecodePlaces {
 public:
  /// Makes `window` of `packed`; false when that is damaged.
  using Unpack = std::function<bool(BytesView packed, MutableBytes window)>;

  /// Of the archive `label`. Both live as long as this.
  DecodePlaces(BytesView format_data, std::string_view label);

  /// The last place at or before `decoded`; nullopt: only the beginning of the archive is.
  [[nodiscard]] std::optional<DecodePlace> find(std::uint64_t decoded) const;
  /// The output before a place that `find` answered, empty if it needs none. Fails with InvalidArgument when it is
  /// damaged or longer than `most`.
  [[nodiscard]] Result<std::vector<std::byte>> window(const DecodePlace& place, std::size_t most,
                                                      const Unpack& unpack) const;
  /// Content that failed its checksum begins here.
  [[nodiscard]] std::optional<std::uint64_t> wrong_from() const noexcept { return wrong_from_; }
  /// Where the last entry of the TAR ends, if it is whole.
  [[nodiscard]] std::uint64_t entries_end() const noexcept { return entries_end_; }
  /// What a format says that finds nonsense in a place.
  [[nodiscard]] Error damaged() const;

 private:
  using Record = DecodePlaceWriter::Record;
  [[nodiscard]] Record record(std::size_t i) const;

  const BytesView data_;
  const std::string_view label_;
  std::size_t count_ = 0;
  std::size_t windows_ = 0;  ///< bytes of windows: the records follow them
  std::optional<std::uint64_t> wrong_from_;
  std::uint64_t entries_end_ = 0;
};

}  // namespace bryo::tar
