#pragma once

/// How many objects a bucket holds and how large they are (http-buckets.md section 4).

#include <bryo/names.h>

#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace bryo::kernel {

struct BucketSummary {
  std::uint64_t count = 0;
  std::uint64_t smallest = 0;
  std::uint64_t largest = 0;
  std::uint64_t total = 0;          ///< bytes of content
  std::uint64_t disk_capacity = 0;  ///< bytes of all disks of the cluster

  void add(std::uint64_t size);
};

/// One element of the answer. `present` is true in the HEAD form only.
[[nodiscard]] std::string summary_json(const BucketName& bucket, const BucketSummary& summary, bool present);

/// Clients ask twice: the first call gets an id and no result, the second brings the id back. Remembers which ids were
/// given out, the latest few thousand. Thread-safe.
class SummaryTickets {
 public:
  /// A new id for a summary of `scope` (a bucket and a prefix).
  std::string issue(std::string scope);
  /// What the id was given out for; nullopt: it was not, or long ago.
  [[nodiscard]] std::optional<std::string> scope(const std::string& id) const;

 private:
  static constexpr std::size_t kMost = 4096;
  mutable std::mutex mutex_;
  std::list<std::string> order_;
  std::unordered_map<std::string, std::string> scopes_;
};

}  // namespace bryo::kernel
