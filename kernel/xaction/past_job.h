#pragma once

/// A job of an earlier run of this node, as the log of jobs kept it.

#include <bryo/names.h>
#include <bryo/result.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// A value. Everything that queries show is in the snapshot.
struct PastJob {
  std::string id{};
  std::string kind{};
  BucketName bucket{};       ///< empty names for none
  BucketName destination{};  ///< the same
  bool in_status_all = false;
  std::int64_t ended_ns = 0;  ///< 0: nothing says that it ended
  nlohmann::ordered_json snapshot{};

  /// One line of JSON, without its end.
  [[nodiscard]] std::string text() const;
  /// Fails with Internal for what `text` did not make.
  static Result<PastJob> parse(std::string_view text);

  /// The node went down under it.
  void interrupt(std::int64_t now_ns);
  [[nodiscard]] nlohmann::ordered_json status() const;
  [[nodiscard]] bool of(const BucketName& name) const { return bucket == name || destination == name; }
};

}  // namespace bryo::kernel
