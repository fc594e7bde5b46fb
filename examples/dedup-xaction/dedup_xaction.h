#pragma once

#include <bryo/host.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dedup_metrics.h"
#include "dedup_options.h"
#include "duplicate_groups.h"

namespace dedup {

bryo::XactionKind dedup_kind();

/// Reads the names of a bucket page by page, files them under their checksums, writes what it found as an object.
class DedupXaction final : public bryo::Xaction {
 public:
  /// All three outlive the job.
  DedupXaction(bryo::Host& host, const DedupOptions& options, DedupMetrics& metrics);

  bryo::Task<bryo::Status> run(bryo::XactionContext& job) override;
  [[nodiscard]] std::string control_message() const override;
  [[nodiscard]] std::string extension() const override;

 private:
  /// What a run has found so far, and the memory that it takes, page by page. Given back when the run ends.
  struct Findings {
    std::vector<std::unique_ptr<bryo::Reservation>> memory;
    DuplicateGroups groups;
  };
  bryo::Task<bryo::Status> scan(bryo::XactionContext& job, Findings& findings);
  bryo::Status file_page(bryo::XactionContext& job, const bryo::ObjectPage& page, Findings& findings);
  bryo::Task<bryo::Status> write_result(bryo::XactionContext& job, Findings& findings);

  bryo::Host& host_;
  const DedupOptions& options_;
  DedupMetrics& metrics_;
  const std::string result_prefix_;  ///< one value for the whole run, though the option is hot
  // Read by whoever asks for the job's snapshot.
  std::atomic<std::uint64_t> duplicates_{0};
  std::atomic<std::uint64_t> wasted_{0};
};

}  // namespace dedup
