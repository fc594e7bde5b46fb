#pragma once

/// One batch at the target that answers it.

#include <bryo/archive.h>
#include <bryo/host.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "batch_memory.h"
#include "batch_request.h"
#include "batch_service.h"
#include "batch_writer.h"
#include "local_source.h"
#include "member_name.h"

namespace bryo::moss {

/// A place among the batches under way.
class PendingSlot {
 public:
  explicit PendingSlot(BatchService& service) : service_(service) {
    taken_ = service_.pending.take(1, *service_.options.max_pending) == 1;
    if (taken_) service_.metrics.in_flight.add(1);
  }
  PendingSlot(const PendingSlot&) = delete;
  PendingSlot& operator=(const PendingSlot&) = delete;
  ~PendingSlot() {
    if (!taken_) return;
    service_.metrics.in_flight.add(-1);
    service_.pending.give_back(1);
  }
  [[nodiscard]] bool taken() const noexcept { return taken_; }

 private:
  BatchService& service_;
  bool taken_;
};

/// Which batch it is, in messages: `x-get-batch[gbt-..]-ais://b: wid="..."`.
struct WorkItemName {
  std::string job_id;
  std::string bucket_uri;  ///< of the URL's bucket; may be empty
  std::string wid;
  [[nodiscard]] std::string text() const;
};

/// Everything that the answer needs, from the first byte to the last: the request and the memory that its views point
/// to, the buckets, the source of the entries, and the account of what became of them. Used by one coroutine.
class WorkItem {
 public:
  /// What the handler has gathered.
  struct Parts {
    std::chrono::steady_clock::time_point received;
    std::unique_ptr<PendingSlot> slot;
    std::shared_ptr<XactionLease> job;
    WorkItemName name;
    std::unique_ptr<BatchMemory> memory;
    ArchiveBuffer body;
    BatchRequest request;
    std::vector<BucketPtr> buckets;
    std::shared_ptr<const ArchiveFormat> format;
  };

  WorkItem(BatchService& service, Parts parts);
  WorkItem(const WorkItem&) = delete;
  WorkItem& operator=(const WorkItem&) = delete;
  /// Counts the batch; one that did not `succeed` has failed.
  ~WorkItem();

  [[nodiscard]] BatchService& service() noexcept { return service_; }
  [[nodiscard]] const BatchRequest& request() const noexcept { return parts_.request; }
  [[nodiscard]] const BucketName& bucket_of(const BatchEntry& entry) const {
    return parts_.buckets[entry.bucket]->name();
  }
  [[nodiscard]] const ArchiveFormat& format() const noexcept { return *parts_.format; }
  [[nodiscard]] const std::string& job_id() const noexcept { return parts_.job->id(); }
  [[nodiscard]] EntrySource& source() noexcept { return source_; }
  [[nodiscard]] WriteSizes write_sizes() const;
  /// Room for what a WriteSizes lets gather, and one member more.
  [[nodiscard]] static std::size_t arena_size(const WriteSizes& sizes) noexcept;

  /// Appends the name of the entry's member.
  void append_name(std::string& out, std::size_t entry, Presence presence) const;

  /// An entry could not be had. Success: the batch goes on without it (`coer`, and the limit of soft errors is not
  /// reached); otherwise the Error that ends the batch. The same entry counts once.
  Status tolerate(std::size_t entry, const Error& why);
  /// Why a tolerated entry is missing; null for the others.
  [[nodiscard]] const std::string* missing(std::size_t entry) const;
  /// From now on sizes are promised: entries that did not fail before must not fail any more.
  void promise_sizes() noexcept { promised_ = true; }

  void count_delivered(const BatchEntry& entry, std::uint64_t size) noexcept;
  /// Bytes have left: notes the time of the first, brings the counters up to date.
  void note_sent();
  /// Fails with Unavailable when the job was stopped.
  [[nodiscard]] Status check_running() const;
  void succeed() noexcept { succeeded_ = true; }
  /// Notes why the batch fails in the job's snapshot.
  void note_failure(const Error& why);

 private:
  struct Delivered {
    std::uint64_t count = 0, bytes = 0;
  };
  void publish();

  BatchService& service_;
  Parts parts_;
  LocalSource source_;
  const std::size_t max_soft_errors_;
  std::map<std::size_t, std::string> missing_;
  bool promised_ = false;
  bool succeeded_ = false;
  bool first_byte_noted_ = false;
  Delivered objects_, files_;
  std::uint64_t empty_ = 0;
};

}  // namespace bryo::moss
