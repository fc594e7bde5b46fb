#include "work_item.h"

#include <utility>

namespace bryo::moss {
namespace {

std::size_t soft_error_limit(const MossOptions& options) {
  const auto limit = *options.max_soft_errs;
  return static_cast<std::size_t>(limit == 0 ? MossOptions::kDefaultSoftErrors : limit);
}

}  // namespace

std::string WorkItemName::text() const {
  std::string out = "x-get-batch[" + job_id + "]";
  if (!bucket_uri.empty()) out.append("-").append(bucket_uri);
  return out.append(": wid=\"").append(wid).append("\"");
}

WorkItem::WorkItem(BatchService& service, Parts parts)
    : service_(service),
      parts_(std::move(parts)),
      source_(*service.host, parts_.request, parts_.buckets, service.decoded,
              DecodeLimits{service.options.max_decoded.get().bytes, service.options.decode_ahead.get().bytes}),
      max_soft_errors_(soft_error_limit(service.options)) {
  service.decoded.set_limit(service.options.decoded_cache.get().bytes);  // it may have changed
}

WorkItem::~WorkItem() {
  publish();
  auto& metrics = service_.metrics;
  metrics.batches.add();
  if (!succeeded_) metrics.failed.add();
  metrics.duration.observe(std::chrono::steady_clock::now() - parts_.received);
}

WriteSizes WorkItem::write_sizes() const { return {.send_from = service_.options.sendfile_from.get().bytes}; }

std::size_t WorkItem::arena_size(const WriteSizes& sizes) noexcept {
  constexpr std::size_t kHeaders = 16 << 10;
  return sizes.flush + sizes.send_from + kHeaders;
}

void WorkItem::append_name(std::string& out, std::size_t number, Presence presence) const {
  const BatchEntry& entry = parts_.request.entries[number];
  append_member_name(out, bucket_of(entry).name, entry.object, entry.archpath,
                     parts_.request.only_object_name ? BucketInName::No : BucketInName::Yes, presence);
}

Status WorkItem::tolerate(std::size_t entry, const Error& why) {
  if (missing_.contains(entry)) return {};
  if (promised_ || !parts_.request.continue_on_error) return why;
  service_.metrics.soft_errors.add();
  missing_.emplace(entry, why.message());
  if (missing_.size() <= max_soft_errors_) return {};
  return Error(Errc::InvalidArgument, parts_.name.text() +
                                          " exceeded soft-errors limit: " + std::to_string(missing_.size()) +
                                          " (max: " + std::to_string(max_soft_errors_) + ")");
}

const std::string* WorkItem::missing(std::size_t entry) const {
  if (missing_.empty()) return nullptr;
  const auto found = missing_.find(entry);
  return found == missing_.end() ? nullptr : &found->second;
}

void WorkItem::count_delivered(const BatchEntry& entry, std::uint64_t size) noexcept {
  // get-batch.md section 10: empty ones are not counted as delivered; in the job's snapshot they are.
  if (size == 0) {
    ++empty_;
    return;
  }
  auto& kind = entry.archpath.empty() ? objects_ : files_;
  ++kind.count;
  kind.bytes += size;
}

void WorkItem::note_sent() {
  if (!std::exchange(first_byte_noted_, true)) {
    service_.metrics.first_byte.observe(std::chrono::steady_clock::now() - parts_.received);
  }
  publish();
}

void WorkItem::publish() {
  auto& metrics = service_.metrics;
  const auto objects = std::exchange(objects_, {});
  const auto files = std::exchange(files_, {});
  const auto empty = std::exchange(empty_, 0);
  if (objects.count != 0) {
    metrics.objects.add(objects.count);
    metrics.object_bytes.add(objects.bytes);
  }
  if (files.count != 0) {
    metrics.files.add(files.count);
    metrics.file_bytes.add(files.bytes);
  }
  auto& stats = parts_.job->context().stats();
  stats.local_objects.fetch_add(static_cast<std::int64_t>(objects.count + files.count + empty),
                                std::memory_order_relaxed);
  stats.local_bytes.fetch_add(static_cast<std::int64_t>(objects.bytes + files.bytes), std::memory_order_relaxed);
}

Status WorkItem::check_running() const {
  if (!parts_.job->context().aborted()) return {};
  return Error(Errc::Unavailable, parts_.name.text() + " aborted: the job was stopped; repeat the request");
}

void WorkItem::note_failure(const Error& why) {
  parts_.job->context().soft_error("assemble wid=\"" + parts_.name.wid + "\": " + why.message());
}

}  // namespace bryo::moss
