#pragma once

/// Members of one shard on their way into another archive, in archive order, a bounded piece at a time.

#include <bryo/archive_output.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace bryo {

/// One copy. Not thread-safe.
class MemberCopy {
 public:
  /// Content that one step takes into memory.
  static constexpr std::uint64_t kStep = 4 << 20;
  /// The same for one compressed member that is larger: some formats decode it from its begin for every step.
  static constexpr std::uint64_t kLargeStep = 32 << 20;

  /// `members` in archive order; their names live as long as the shard. `label` names the shard in messages.
  MemberCopy(Shard shard, std::string label, std::vector<Member> members)
      : shard_(std::move(shard)), label_(std::move(label)), members_(std::move(members)) {}

  [[nodiscard]] bool done() const noexcept { return at_ == members_.size(); }
  /// The member that comes next as a whole; null in the middle of one, and at the end.
  [[nodiscard]] const Member* next() const noexcept { return done() || offset_ != 0 ? nullptr : &members_[at_]; }
  /// It has been sent by somebody else.
  void skip() noexcept { ++at_; }

  /// Bytes of content that a step takes at most, for the budget of memory.
  [[nodiscard]] std::uint64_t most() const;

  /// Appends the next members to `out`, together up to kStep of content; a large one takes several steps. Ends before a
  /// stored member of `leave_from` bytes and more. Compressed content is decoded in one pass for all of a step. Blocks.
  /// Fails with InvalidArgument where the shard is damaged.
  Status step(ArchiveOutput& out, std::uint64_t leave_from = ~std::uint64_t{0});

 private:
  /// So that the parts of one step stay few when members are tiny.
  static constexpr std::size_t kMostParts = 8192;
  static constexpr std::uint64_t kReadSize = 256 << 10;

  static Status begin(const MemberPart& part, ArchiveOutput& out) {
    return part.offset == 0 ? out.begin(part.member.name, part.member.size) : Status();
  }
  static Status end(const MemberPart& part, ArchiveOutput& out) {
    return part.offset + part.length == part.member.size ? out.end() : Status();
  }
  [[nodiscard]] std::vector<MemberPart> next_parts(std::uint64_t leave_from);
  Status copy_stored(const MemberPart& part, ArchiveOutput& out);
  Status copy_decoded(std::span<const MemberPart> parts, ArchiveOutput& out);

  Shard shard_;
  std::string label_;
  std::vector<Member> members_;
  std::size_t at_ = 0;
  std::uint64_t offset_ = 0;  ///< in the member `at_`
  std::vector<std::byte> room_;
};

inline Status MemberCopy::step(ArchiveOutput& out, std::uint64_t leave_from) {
  const auto parts = next_parts(leave_from);
  for (std::size_t from = 0; from < parts.size();) {
    std::size_t to = from;
    while (to < parts.size() && !parts[to].member.stored) ++to;
    if (to != from) {
      BRYO_CHECK(copy_decoded(std::span(parts).subspan(from, to - from), out));
      from = to;
    } else {
      BRYO_CHECK(copy_stored(parts[from], out));
      ++from;
    }
  }
  return {};
}

inline std::uint64_t MemberCopy::most() const {
  std::uint64_t together = 0;
  std::uint64_t alone = 0;
  for (const Member& member : members_) {
    together += std::min(member.size, kStep - together);
    if (!member.stored) alone = std::max(alone, std::min(member.size, kLargeStep));
  }
  return std::max(together, alone);
}

inline std::vector<MemberPart> MemberCopy::next_parts(std::uint64_t leave_from) {
  std::vector<MemberPart> parts;
  std::uint64_t left = kStep;
  while (!done() && left != 0 && parts.size() < kMostParts) {
    const Member& member = members_[at_];
    if (offset_ == 0 && member.stored && member.size >= leave_from) break;
    const bool large = !member.stored && member.size > kStep;
    if (large && !parts.empty()) break;
    const std::uint64_t length = std::min(large ? kLargeStep : left, member.size - offset_);
    parts.push_back({member, offset_, length});
    left -= std::min(left, length);
    offset_ += length;
    if (offset_ != member.size) break;
    offset_ = 0;
    ++at_;
  }
  return parts;
}

inline Status MemberCopy::copy_stored(const MemberPart& part, ArchiveOutput& out) {
  BRYO_CHECK(begin(part, out));
  for (std::uint64_t done = 0; done < part.length;) {
    room_.resize(static_cast<std::size_t>(std::min(kReadSize, part.length - done)));
    BRYO_CHECK(shard_.object->read_blocking(part.member.offset + part.offset + done, room_));
    BRYO_CHECK(out.content(room_));
    done += room_.size();
  }
  return end(part, out);
}

inline Status MemberCopy::copy_decoded(std::span<const MemberPart> parts, ArchiveOutput& out) {
  std::size_t open = 0;
  std::uint64_t got = 0;
  BRYO_CHECK(begin(parts[0], out));
  const auto close = [&]() -> Status {
    const MemberPart& part = parts[open];
    if (got == part.length) return end(part, out);
    return Error(Errc::InvalidArgument, "unexpected EOF: member \"" + std::string(part.member.name) + "\" of " +
                                            label_ + " is shorter than its " + std::to_string(part.member.size) +
                                            " bytes");
  };
  const auto go_to = [&](std::size_t next) -> Status {
    while (open < next) {
      BRYO_CHECK(close());
      got = 0;
      BRYO_CHECK(begin(parts[++open], out));
    }
    return {};
  };
  const std::function<Status(std::size_t, BytesView)> sink = [&](std::size_t i, BytesView bytes) -> Status {
    BRYO_CHECK(go_to(i));
    bytes = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), parts[i].length - got)));
    got += bytes.size();
    return out.content(bytes);
  };
  BRYO_CHECK(shard_.format->reader->extract(*shard_.object, label_, *shard_.index, parts, sink));
  BRYO_CHECK(go_to(parts.size() - 1));
  return close();
}

}  // namespace bryo
