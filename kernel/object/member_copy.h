#pragma once

/// Members of one shard on their way into another archive, in archive order, a bounded piece at a time.

#include <kernel/object/archive_output.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bryo::kernel {

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

}  // namespace bryo::kernel
