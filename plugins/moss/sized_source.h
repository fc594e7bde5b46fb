#pragma once

/// Entries of a buffered batch: their sizes first, their payloads later.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "entry_source.h"
#include "work_item.h"

namespace bryo::moss {

/// Between the two passes an object may be overwritten. A number of objects is kept open, so that they cannot change;
/// the others are opened again, and fail if their size is another one by then.
class SizedSource final : public EntrySource {
 public:
  /// Bytes that sizes take; whoever makes the work item takes them from the budget.
  static constexpr std::size_t kMemoryOfAnEntry = sizeof(std::uint64_t);

  /// `item` outlives this.
  explicit SizedSource(WorkItem& item);
  ~SizedSource() override;
  SizedSource(const SizedSource&) = delete;
  SizedSource& operator=(const SizedSource&) = delete;

  /// The first pass. Fails when the batch does.
  Task<Status> find_sizes();
  /// 0 for a missing one.
  [[nodiscard]] std::uint64_t size_of(std::size_t entry) const { return sizes_[entry]; }

  std::optional<EntryOutcome> try_get(std::size_t entry) override;
  Task<EntryOutcome> get(std::size_t entry) override;
  Task<EntryOutcome> decode(std::size_t entry, EncodedSlice slice) override;
  void will_need(std::size_t entry) override { source_.will_need(entry); }

 private:
  /// The known outcome of an entry that needs no second look-up.
  std::optional<EntryOutcome> known(std::size_t entry) const;
  [[nodiscard]] EntryOutcome same_size(std::size_t entry, EntryOutcome outcome) const;

  WorkItem& item_;
  EntrySource& source_;
  std::vector<std::uint64_t> sizes_;
  std::int64_t allowed_open_;      ///< taken from the node's allowance
  std::vector<ObjectSlice> kept_;  ///< of the first entries; without object: not kept
};

}  // namespace bryo::moss
