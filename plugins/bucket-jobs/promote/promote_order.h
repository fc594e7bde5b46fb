#pragma once

/// What a `promote` job is asked for (jobs.md section 10).

#include <bryo/xaction.h>

#include <string>
#include <vector>

namespace bryo::promote {

/// A checked message. A value.
struct PromoteOrder {
  std::string root;    ///< the allowed folder that the source is in
  std::string source;  ///< relative to it; "" is all of it
  std::string object;  ///< `obj`: what the objects are called, or what their names begin with
  std::string target;  ///< for messages
  bool recursive = false;
  bool overwrite = false;
  bool delete_source = false;

  /// Fails with the wire's errors; looks at no file.
  static Result<PromoteOrder> read(XactionRequest& request, const std::vector<std::string>& roots);

  [[nodiscard]] std::string path() const { return source.empty() ? root : root + "/" + source; }
  /// The object of the source, if that is a file.
  [[nodiscard]] std::string own_name() const;
  /// The object of a file below the source, a folder; `relative` is to the root, as the source is.
  [[nodiscard]] std::string name_of(const std::string& relative) const;
};

}  // namespace bryo::promote
