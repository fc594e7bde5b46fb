#pragma once

/// Entries of a batch, in order, from their source into the archive.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "batch_writer.h"
#include "entry_source.h"
#include "work_item.h"

namespace bryo::moss {

/// What memory holds is taken entry by entry without a coroutine in between; only where something must be waited for
/// does `run` suspend. So a warm entry costs its look-up, its header and its read.
class EntryLoop {
 public:
  /// All arguments outlive this.
  EntryLoop(WorkItem& item, EntrySource& source, BatchWriter& writer) : item_(item), source_(source), writer_(writer) {}

  /// How it ended, with whole members in the archive: `Refused` is early, for the reason `refusal`.
  enum class Ending { Whole, Refused };
  /// Fails when the answer cannot go on at all: the client is gone, or a member broke after a part of it was sent.
  Task<Result<Ending>> run();
  [[nodiscard]] const Error& refusal() const noexcept { return *refusal_; }

 private:
  enum class Next { End, Flush, Open, Append, Refused };

  /// Goes on as far as it can without waiting.
  Next advance();
  /// Puts the outcome of entry `at_` into the archive. nullopt: done, or noted as missing.
  std::optional<Next> place(EntryOutcome outcome);
  std::optional<Next> place_missing(const Error& why);
  Task<Result<std::optional<Next>>> open_and_place();
  Task<Result<std::optional<Next>>> append_pending();
  /// A whole member of a shard that has the format of the answer: it may go out as the shard holds it.
  [[nodiscard]] bool may_copy(const EncodedSlice& slice) const;
  /// Entry `at_` is in the archive.
  Task<Result<std::optional<Next>>> delivered(std::uint64_t size);
  Task<Status> flush();
  /// Lets the other connections of the loop run, and sets `refusal_` when the job was stopped.
  Task<> take_turn();
  /// Before a wait for the disk: what the client can have already, it shall have.
  Task<Status> send_what_is_ready();
  void look_ahead();

  WorkItem& item_;
  EntrySource& source_;
  BatchWriter& writer_;
  std::size_t at_ = 0;
  std::size_t hinted_ = 0;         ///< entries before this one are on their way into memory
  std::uint64_t past_buffer_ = 0;  ///< payload since the last turn that did not wait for a flush
  std::string name_;
  std::optional<EntryOutcome> pending_;  ///< for Next::Append
  std::optional<Error> refusal_;         ///< for Next::Refused
};

}  // namespace bryo::moss
