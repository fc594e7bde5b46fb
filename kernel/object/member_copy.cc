#include <kernel/object/member_copy.h>

#include <algorithm>
#include <functional>

namespace bryo::kernel {
namespace {

/// So that the parts of one step stay few when members are tiny.
constexpr std::size_t kMostParts = 8192;
constexpr std::uint64_t kReadSize = 256 << 10;

Status begin(const MemberPart& part, ArchiveOutput& out) {
  return part.offset == 0 ? out.begin(part.member.name, part.member.size) : Status();
}

Status end(const MemberPart& part, ArchiveOutput& out) {
  return part.offset + part.length == part.member.size ? out.end() : Status();
}

}  // namespace

Status MemberCopy::step(ArchiveOutput& out, std::uint64_t leave_from) {
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

std::uint64_t MemberCopy::most() const {
  std::uint64_t together = 0;
  std::uint64_t alone = 0;
  for (const Member& member : members_) {
    together += std::min(member.size, kStep - together);
    if (!member.stored) alone = std::max(alone, std::min(member.size, kLargeStep));
  }
  return std::max(together, alone);
}

std::vector<MemberPart> MemberCopy::next_parts(std::uint64_t leave_from) {
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

Status MemberCopy::copy_stored(const MemberPart& part, ArchiveOutput& out) {
  BRYO_CHECK(begin(part, out));
  for (std::uint64_t done = 0; done < part.length;) {
    room_.resize(static_cast<std::size_t>(std::min(kReadSize, part.length - done)));
    BRYO_CHECK(shard_.object->read_blocking(part.member.offset + part.offset + done, room_));
    BRYO_CHECK(out.content(room_));
    done += room_.size();
  }
  return end(part, out);
}

Status MemberCopy::copy_decoded(std::span<const MemberPart> parts, ArchiveOutput& out) {
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

}  // namespace bryo::kernel
