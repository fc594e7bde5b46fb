#include <kernel/object/bucket_summary.h>

#include <kernel/wire/bucket_text.h>
#include <kernel/wire/job_id.h>

#include <algorithm>

namespace bryo::kernel {

void BucketSummary::add(std::uint64_t size) {
  smallest = count == 0 ? size : std::min(smallest, size);
  largest = std::max(largest, size);
  total += size;
  ++count;
}

std::string summary_json(const BucketName& bucket, const BucketSummary& summary, bool present) {
  const auto number = [](std::uint64_t n) { return std::to_string(n); };
  const auto quoted = [](std::uint64_t n) { return "\"" + std::to_string(n) + "\""; };
  std::string out = bucket_json(bucket);
  out.pop_back();
  out.append(",\"ObjCount\":{\"obj_count_present\":").append(quoted(summary.count));
  out.append(",\"obj_count_remote\":\"0\"},\"ObjSize\":{\"obj_min_size\":").append(number(summary.smallest));
  out.append(",\"obj_avg_size\":").append(number(summary.count == 0 ? 0 : summary.total / summary.count));
  out.append(",\"obj_max_size\":").append(number(summary.largest));
  out.append("},\"TotalSize\":{\"size_on_disk\":").append(quoted(summary.total));
  out.append(",\"size_all_present_objs\":").append(quoted(summary.total));
  out.append(",\"size_all_remote_objs\":\"0\",\"total_disks_size\":").append(quoted(summary.disk_capacity));
  out.append("},\"used_pct\":");
  out.append(number(summary.disk_capacity == 0 ? 0 : summary.total * 100 / summary.disk_capacity));
  return out.append(",\"is_present\":").append(present ? "true}" : "false}");
}

std::string SummaryTickets::issue(std::string scope) {
  auto id = new_job_id();
  const std::lock_guard lock(mutex_);
  order_.push_back(id);
  scopes_[id] = std::move(scope);
  if (order_.size() > kMost) {
    scopes_.erase(order_.front());
    order_.pop_front();
  }
  return id;
}

std::optional<std::string> SummaryTickets::scope(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = scopes_.find(id);
  if (found == scopes_.end()) return std::nullopt;
  return found->second;
}

}  // namespace bryo::kernel
