#pragma once

/// The members of one TAR archive, compactly: 24 bytes and the name for each.

#include <bryo/archive.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::tar {

class TarIndex final : public MemberIndex {
 public:
  [[nodiscard]] std::size_t size() const noexcept override { return entries_.size(); }
  [[nodiscard]] std::optional<Member> find(std::string_view name) const override;
  [[nodiscard]] Status why_missing(std::string_view name) const override;
  void for_each(const std::function<bool(const Member&)>& visit) const override;
  [[nodiscard]] std::size_t memory() const noexcept override;

 private:
  friend class TarIndexBuilder;

  struct Entry {
    std::uint32_t block;     ///< where the content begins, in blocks
    std::uint32_t name_end;  ///< in names_; the name begins where the one before ends
    std::uint64_t size;
  };

  [[nodiscard]] std::string_view name_of(std::size_t i) const noexcept;
  [[nodiscard]] Member member(std::size_t i) const noexcept;
  /// The slot that holds `key`'s member, or the free one where it belongs.
  [[nodiscard]] std::size_t slot_of(std::string_view key) const noexcept;

  std::string names_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  ///< open addressing, half full at most: index of an entry + 1, 0 = free
  std::vector<std::string> sparse_;   ///< members that cannot be read
  std::string label_;
  std::optional<Error> damage_;
};

/// Collects members in archive order.
class TarIndexBuilder {
 public:
  /// `memory_limit`: bytes that the index may take. `label` names the archive in messages.
  TarIndexBuilder(std::size_t memory_limit, std::string_view label);

  /// `offset` is a multiple of the block size. Fails with InvalidArgument when the index becomes too large.
  Status add(std::string_view name, std::uint64_t offset, std::uint64_t size);
  /// A member that is there but cannot be read.
  Status add_sparse(std::string_view name);
  [[nodiscard]] bool empty() const noexcept { return index_->entries_.empty() && index_->sparse_.empty(); }

  /// `damage`: why the archive could not be read to its end.
  std::unique_ptr<TarIndex> finish(std::optional<Error> damage);

 private:
  Status claim(std::size_t bytes);

  const std::size_t limit_;
  std::size_t used_ = 0;
  std::unique_ptr<TarIndex> index_;
};

}  // namespace bryo::tar
