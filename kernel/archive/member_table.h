#pragma once

/// Member indexes of all formats: 29 bytes and the name for each member, the same in memory and in a file.

#include <bryo/archive.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// One member. Little endian, also in files.
struct MemberRecord {
  std::uint64_t place;  ///< offset (48 bits), kind (8), stored (1), wide (1)
  std::uint32_t size;   ///< or, of a wide one, its number among `wide`
  std::uint32_t packed;
  std::uint32_t check;
  std::uint32_t name_end;  ///< in `names`; the name begins where the one before ends
};

/// Of members that 32 bits do not hold.
struct WideSizes {
  std::uint64_t size;
  std::uint64_t packed;
};

/// What a table is made of, wherever it lies.
struct MemberTableParts {
  std::uint64_t seed = 0;  ///< of the hash: names come from strangers, who shall not know which of them collide
  std::span<const MemberRecord> records{};
  std::span<const WideSizes> wide{};
  std::span<const std::uint32_t> slots{};  ///< open addressing: number of a record + 1, 0 = free
  std::string_view names{};
  std::string_view unreadable{};  ///< for each: size of the name, size of why (4 bytes each), both texts
  std::string_view damage{};      ///< why the archive could not be read to its end; empty = it could
  BytesView format_data{};
};

class MemberTable final : public MemberIndex {
 public:
  /// `owner` keeps what `parts` refer to; `bytes` is what that takes of memory. `label` names the archive in messages.
  MemberTable(const MemberTableParts& parts, std::shared_ptr<const void> owner, std::size_t bytes, std::string label)
      : parts_(parts), owner_(std::move(owner)), bytes_(bytes), label_(std::move(label)) {}

  [[nodiscard]] std::size_t size() const noexcept override { return parts_.records.size(); }
  [[nodiscard]] std::optional<Member> find(std::string_view name) const override;
  [[nodiscard]] Status why_missing(std::string_view name) const override;
  [[nodiscard]] Status damage() const override;
  [[nodiscard]] Status why_unreadable(const std::function<bool(std::string_view)>& wanted) const override;
  void for_each(const std::function<bool(const Member&)>& visit) const override;
  [[nodiscard]] BytesView format_data() const noexcept override { return parts_.format_data; }
  [[nodiscard]] std::size_t memory() const noexcept override { return bytes_; }

  [[nodiscard]] const MemberTableParts& parts() const noexcept { return parts_; }
  /// Whether everything in the parts lies where it may, for an archive of this many bytes: what comes from a disk is
  /// not believed.
  [[nodiscard]] static bool sound(const MemberTableParts& parts, std::uint64_t archive_size);

 private:
  [[nodiscard]] Member member(std::size_t i) const noexcept;

  const MemberTableParts parts_;
  const std::shared_ptr<const void> owner_;
  const std::size_t bytes_;
  const std::string label_;
};

/// Collects the members of one archive.
class MemberTableBuilder final : public MemberSink {
 public:
  /// `limit`: bytes that the table may take.
  /// `tap`: takes what it wants of the pass; may be null.
  MemberTableBuilder(std::size_t limit, std::string label, MemberTap* tap = nullptr);
  ~MemberTableBuilder() override;

  Status add(const Member& member) override;
  Status add_unreadable(std::string_view name, std::string_view why) override;
  Status add_format_data(BytesView bytes) override;
  [[nodiscard]] std::size_t size() const noexcept override;
  bool wants(const Member& member) override { return tap_ != nullptr && tap_->wants(member); }
  void content(BytesView bytes) override { tap_->content(bytes); }
  [[nodiscard]] bool empty() const noexcept;

  /// `damage`: why the archive could not be read to its end; empty when it could.
  std::unique_ptr<MemberTable> finish(std::string damage);

 private:
  struct Storage;
  Status claim(std::size_t bytes);

  const std::size_t limit_;
  const std::string label_;
  MemberTap* const tap_;
  std::size_t used_ = 0;
  std::shared_ptr<Storage> storage_;
};

}  // namespace bryo::kernel
