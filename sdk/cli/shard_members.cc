#include "shard_members.h"

#include <algorithm>

namespace bryo::cli {
namespace {

/// Bounds the body of a request; more at once would not be faster.
constexpr std::size_t kObjectsInBatch = 10'000;

}  // namespace

std::vector<const SampleFile*> files_of(const PlannedShard& shard) {
  std::vector<const SampleFile*> files;
  files.reserve(shard.files);
  for (const auto* sample : shard.samples) {
    for (const auto& file : sample->files) files.push_back(&file);
  }
  return files;
}

Result<std::optional<client::ArchiveMember>> BatchMembers::next() {
  BRYO_TRY(item, next_item());
  if (!item) {
    if (at_ == files_.size()) return std::optional<client::ArchiveMember>();
    return Error(Errc::Io, "the batch ended before " + files_[at_]->name);
  }
  const auto& file = *files_[at_++];
  if (item->size != file.size) {
    return Error(Errc::Io, bucket_.uri() + "/" + file.name + " changed since it was listed: run again");
  }
  return std::optional(client::ArchiveMember{file.name, file.size});
}

Result<std::optional<client::BatchItem>> BatchMembers::next_item() {
  while (true) {
    if (batch_) {
      BRYO_TRY(item, batch_->next());
      if (item) return item;
      batch_.reset();
    }
    if (asked_ == files_.size()) return std::optional<client::BatchItem>();
    client::BatchRequest request{.bucket = bucket_, .only_object_name = true};
    const auto end = std::min(asked_ + kObjectsInBatch, files_.size());
    request.entries.reserve(end - asked_);
    for (; asked_ < end; ++asked_) request.entries.push_back({.object = files_[asked_]->name});
    BRYO_TRY(batch, client_.get_batch(request));
    batch_.emplace(std::move(batch));
  }
}

Result<std::size_t> BatchMembers::read(std::span<std::byte> out) { return batch_->read(out); }

Status BatchMembers::rewind() {
  batch_.reset();
  at_ = 0;
  asked_ = 0;
  return {};
}

}  // namespace bryo::cli
