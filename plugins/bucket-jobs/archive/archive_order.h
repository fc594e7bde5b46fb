#pragma once

/// What an `archive` job is asked for (jobs.md section 7).

#include <bryo/host.h>
#include <bryo/object_selection.h>

#include <memory>
#include <string>

namespace bryo::archive_job {

/// A checked message. A value.
struct ArchiveOrder {
  BucketPtr source;
  BucketPtr destination;
  std::string name;  ///< of the archive
  std::shared_ptr<const ArchiveFormat> format;
  ObjectSelection selection;
  bool with_bucket = false;        ///< names of entries begin with that of the source bucket
  bool base_names = false;         ///< they have no directories
  bool append = false;             ///< to the archive, if it exists
  bool continue_on_error = false;  ///< leave out what cannot be read, and say so

  /// Fails with the wire's errors: a destination that does not exist or may not be written, a format that is not known
  /// or not written here, a selection that makes no sense.
  static Result<ArchiveOrder> read(XactionRequest& request, Host& host);

  [[nodiscard]] std::string uri() const { return destination->name().uri() + "/" + name; }
  /// What an object of the source is called inside the archive.
  [[nodiscard]] std::string entry_name(const std::string& object) const;
  /// `ctlmsg` (jobs.md section 2.2).
  [[nodiscard]] std::string text(std::uint64_t archived) const;
};

}  // namespace bryo::archive_job
