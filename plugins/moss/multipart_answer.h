#pragma once

/// The buffered answer (get-batch.md section 4.2): metadata of all entries, then the archive. Nothing is buffered: what
/// the metadata needs are sizes, and those are found without reading.

#include <bryo/http.h>

#include <string>

#include "sized_source.h"
#include "work_item.h"

namespace bryo::moss {

/// Used by one coroutine.
class MultipartAnswer {
 public:
  /// `item` outlives this.
  explicit MultipartAnswer(WorkItem& item);

  /// Finds all sizes. Fails when the batch does, while the status can still tell.
  Task<Status> prepare();
  [[nodiscard]] std::string content_type() const { return "multipart/mixed; boundary=" + boundary_; }
  /// After `prepare`. An Error tears the answer: sizes that were told could not be kept.
  Task<Status> send(BodySink& sink);

 private:
  Task<Status> put_metadata(ArchiveBuffer& out, BatchWriter& writer);
  void put_entry(ArchiveBuffer& out, std::size_t entry) const;

  WorkItem& item_;
  SizedSource source_;
  const std::string boundary_;
};

}  // namespace bryo::moss
