#pragma once

/// The members of an archive: what a reader finds in one pass, and what is known of them from then on.
///
/// A reader hands over what it finds; the server keeps it, compactly, in memory and beside the object on disk, and
/// gives it back to the reader when members are to be decoded. So a format has no index of its own, and nothing that it
/// once found is looked for twice.

#include <bryo/bytes.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace bryo {

/// One file inside an archive.
struct Member {
  static constexpr std::uint64_t kMaxOffset = (std::uint64_t{1} << 48) - 1;
  std::string_view name;      ///< as stored; lives as long as the index that answered it
  std::uint64_t size = 0;     ///< of the content, extracted
  std::uint64_t offset = 0;   ///< of the content, if it is stored; else where the reader finds it. At most kMaxOffset
  bool stored = false;        ///< the content lies verbatim in the archive, at `offset`
  std::uint8_t kind = 0;      ///< the reader's own, like the next two: e.g. the method of compression
  std::uint32_t check = 0;    ///< e.g. a CRC
  std::uint64_t packed = 0;   ///< e.g. the size of what must be decoded
  std::uint64_t ordinal = 0;  ///< position among the members, given by the index
};

/// What one pass over an archive found. Immutable, thread-safe.
class MemberIndex {
 public:
  virtual ~MemberIndex() = default;
  [[nodiscard]] virtual std::size_t size() const noexcept = 0;
  /// Exact match on the stored name, but for one leading '/' on either side; the first of equal names wins
  /// (get-batch.md section 8).
  [[nodiscard]] virtual std::optional<Member> find(std::string_view name) const = 0;
  /// Why `find` answered nothing: success when the archive has no such member. Otherwise the member is of a kind that
  /// cannot be read, or the archive is damaged behind the members that are known.
  [[nodiscard]] virtual Status why_missing(std::string_view name) const = 0;
  /// Why the archive could not be read to its end; what was found before is good. Success: it could.
  [[nodiscard]] virtual Status damage() const = 0;
  /// Of the members that are there and cannot be read, why not: of the first that `wanted` names. Success: none.
  [[nodiscard]] virtual Status why_unreadable(const std::function<bool(std::string_view)>& wanted) const = 0;
  /// Members in archive order, until `visit` answers false.
  virtual void for_each(const std::function<bool(const Member&)>& visit) const = 0;
  /// What the reader added with `MemberSink::add_format_data`, begins at a multiple of 8.
  [[nodiscard]] virtual BytesView format_data() const noexcept = 0;
  /// Bytes of memory held, for the budget of the index cache.
  [[nodiscard]] virtual std::size_t memory() const noexcept = 0;
};

/// Where a reader puts what it finds, in archive order. Used by one thread.
class MemberSink {
 public:
  virtual ~MemberSink() = default;
  /// `ordinal` is not looked at. Fails with TooLarge when the index becomes larger than the node allows: give that
  /// back.
  virtual Status add(const Member& member) = 0;
  /// A member that is there but cannot be read; `why` completes "member NAME of ARCHIVE": "is a sparse file".
  virtual Status add_unreadable(std::string_view name, std::string_view why) = 0;
  /// Appends to what the reader needs to decode members later, such as places where decoding can begin.
  virtual Status add_format_data(BytesView bytes) = 0;
  /// Members so far.
  [[nodiscard]] virtual std::size_t size() const noexcept = 0;
  /// For readers that decode content anyway while they look for members: asked before the content of a member passes.
  /// True: somebody waits for it. Then hand all of it to `content`, in consecutive pieces, and add the member after it.
  virtual bool wants(const Member& member);
  virtual void content(BytesView bytes);
};

inline bool MemberSink::wants(const Member&) { return false; }
inline void MemberSink::content(BytesView) {}

}  // namespace bryo
