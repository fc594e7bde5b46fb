#include "dedup_xaction.h"

#include <utility>

namespace dedup {

using bryo::Status;
using bryo::Task;

namespace {

/// The result goes out in pieces of about this size.
constexpr std::size_t kPiece = 256 << 10;

}  // namespace

bryo::XactionKind dedup_kind() {
  return {.name = "dedup",
          .doc = "Finds objects of equal content in a bucket.",
          .id_prefix = "dup-",
          .scope = bryo::XactionScope::Bucket,
          .reports_status = true,
          // Two runs would only compete; a bucket that is being renamed or filled has no stable answer.
          .conflicts = {"dedup", "move-bck", "copy-bck"},
          .permissions = {bryo::BucketAccess::ListObjects, bryo::BucketAccess::Put}};
}

DedupXaction::DedupXaction(bryo::Host& host, const DedupOptions& options, DedupMetrics& metrics)
    : host_(host), options_(options), metrics_(metrics), result_prefix_(*options.result_prefix) {}

Task<Status> DedupXaction::run(bryo::XactionContext& job) {
  const bryo::InProgress running(metrics_.running);
  Findings findings;
  BRYO_CO_CHECK(co_await scan(job, findings));
  if (job.aborted()) co_return Status{};  // half an answer would be taken for the whole
  co_return co_await write_result(job, findings);
}

Task<Status> DedupXaction::scan(bryo::XactionContext& job, Findings& findings) {
  bryo::ObjectQuery query{.attributes = true};
  for (bool more = true; more && !job.aborted();) {
    query.limit = static_cast<std::size_t>(*options_.page);
    BRYO_CO_TRY(page, co_await host_.objects().list(job.bucket(), query));
    BRYO_CO_CHECK(file_page(job, page, findings));
    more = page.more && !page.objects.empty();
    if (more) query.after = page.objects.back().name;
  }
  co_return Status{};
}

Status DedupXaction::file_page(bryo::XactionContext& job, const bryo::ObjectPage& page, Findings& findings) {
  std::size_t cost = 0;
  for (const auto& object : page.objects) cost += DuplicateGroups::cost(object.name);
  BRYO_TRY(memory, host_.memory().reserve(cost, "the names that dedup compares"));
  findings.memory.push_back(std::move(memory));

  for (const auto& object : page.objects) {
    if (object.name.starts_with(result_prefix_) || object.size < options_.min_size.get().bytes) continue;
    job.stats().local_objects += 1;
    job.stats().local_bytes += static_cast<std::int64_t>(object.size);
    if (!object.attributes || object.attributes->checksum_type.empty()) {
      metrics_.unchecked.add();
      continue;
    }
    metrics_.scanned.add();
    Content content{.size = object.size,
                    .checksum = object.attributes->checksum_type + ":" + object.attributes->checksum_value};
    if (findings.groups.add(std::move(content), object.name)) {
      duplicates_ += 1;
      wasted_ += object.size;
      metrics_.duplicates.add();
      metrics_.wasted_bytes.add(object.size);
    }
  }
  return {};
}

Task<Status> DedupXaction::write_result(bryo::XactionContext& job, Findings& findings) {
  std::string name = job.argument("name");
  if (name.empty()) name = result_prefix_ + job.id() + ".jsonl";
  BRYO_CO_CHECK(bryo::check_object_name(name, "name of the result"));
  BRYO_CO_TRY(writer, co_await host_.objects().create(job.bucket(), name, {}));
  std::string piece;
  for (const Group& group : findings.groups.take()) {
    if (job.aborted()) co_return Status{};  // the writer leaves no trace
    piece += json_line(group);
    if (piece.size() < kPiece) continue;
    BRYO_CO_CHECK(co_await writer->write(bryo::as_bytes(piece)));
    piece.clear();
  }
  if (!piece.empty()) BRYO_CO_CHECK(co_await writer->write(bryo::as_bytes(piece)));
  BRYO_CO_TRY(stored, co_await writer->commit());
  job.log("wrote " + job.bucket()->name().uri() + "/" + name + ", " + std::to_string(stored.size) + " bytes");
  co_return Status{};
}

std::string DedupXaction::control_message() const {
  return "duplicates:" + std::to_string(duplicates_) + " wasted:" + std::to_string(wasted_) + "B";
}

std::string DedupXaction::extension() const {
  return R"({"duplicates":)" + std::to_string(duplicates_) + R"(,"wasted":)" + std::to_string(wasted_) + "}";
}

}  // namespace dedup
