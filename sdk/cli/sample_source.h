#pragma once

#include <bryo/client/archive_body.h>
#include <bryo/client/client.h>
#include <bryo/client/uri.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sample.h"
#include "shard_plan.h"

namespace bryo::cli {

class Session;

/// Where samples come from: a folder here, or the objects of a bucket below a prefix. Thread-safe but for the listing.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  /// The next file; nothing = all. Fails at what cannot be read: a shard must not lack a file in silence.
  virtual Result<std::optional<SampleFile>> next() = 0;
  /// Contents of a planned shard, which must outlive them.
  [[nodiscard]] virtual std::unique_ptr<client::ArchiveMembers> members(const PlannedShard& shard) const = 0;
  /// The bucket, if it is one.
  [[nodiscard]] virtual std::optional<client::ObjectUri> uri() const { return {}; }
};

/// "ais://b/prefix" with a provider is a bucket, anything else a folder. Fails with a usage error if there is neither.
Result<std::unique_ptr<SampleSource>> open_sample_source(const std::string& text, const client::Client& client);

}  // namespace bryo::cli
