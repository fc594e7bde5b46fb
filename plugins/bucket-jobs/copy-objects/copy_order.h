#pragma once

/// What a job that copies is asked for (jobs.md sections 5 and 6).

#include <bryo/host.h>
#include <bryo/object_selection.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bryo::copy_objects {

enum class CopyScope : std::uint8_t {
  Bucket,   ///< `copy-bck`, into the bucket of the query `bck_to`
  Objects,  ///< `copy-listrange`, into the bucket `tobck` of the message
};

/// A checked message. A value.
struct CopyOrder {
  CopyScope scope = CopyScope::Bucket;
  BucketPtr source;
  BucketPtr destination;  ///< of a dry run into a bucket that does not exist: one that only has a name
  ObjectSelection selection;
  std::optional<ObjectSelection> pruned;          ///< what is looked at in the destination afterwards, to `synchronize`
  std::map<std::string, std::string> extensions;  ///< without dots
  std::string prefix;
  std::string prepend;
  std::string target;  ///< for messages
  std::int64_t workers = 0;
  bool dry_run = false;
  bool latest = false;
  bool synchronize = false;
  bool direct = false;      ///< no names with a '/' behind the prefix
  bool of_backend = false;  ///< also what the source's backend has and is not kept here
  bool continue_on_error = false;

  /// Makes the destination like the source if there is none. Fails with the wire's errors, and then nothing was made.
  static Task<Result<CopyOrder>> read(XactionRequest& request, Host& host, CopyScope scope);

  [[nodiscard]] bool same_bucket() const { return source->id() == destination->id(); }
  /// What an object of the source is called in the destination.
  [[nodiscard]] std::string copied_name(const std::string& name) const;
  /// What an object of the destination, which nothing was put in front of, can be called in the source.
  [[nodiscard]] std::vector<std::string> source_names(const std::string& name) const;
  /// `cp SRC=>DST[, flags:..]`, the beginning of `ctlmsg` (jobs.md section 2.2).
  [[nodiscard]] std::string text() const;
};

}  // namespace bryo::copy_objects
