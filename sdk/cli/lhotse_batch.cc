#include "lhotse_batch.h"

#include "local_name.h"
#include "workers.h"

namespace bryo::cli {
namespace {

struct PlannedSource {
  const Cut* cut;
  const CutSource* source;
  std::string name;
  Result<WavLayout> layout = WavLayout{};
};

/// Cut ids become file names of those who unpack the archive.
std::string slice_name(const Cut& cut, std::size_t index) {
  auto name = local_name(cut.id) ? cut.id : "cut";
  if (index > 0) name += "-" + std::to_string(index);
  return name + ".wav";
}

std::vector<PlannedSource> flatten(const std::vector<Cut>& cuts) {
  std::vector<PlannedSource> all;
  for (const auto& cut : cuts) {
    for (std::size_t i = 0; i < cut.sources.size(); ++i) all.push_back({&cut, &cut.sources[i], slice_name(cut, i)});
  }
  return all;
}

Status read_headers(std::vector<PlannedSource>& all, WavHeaders& headers, int workers, const std::stop_token& stop) {
  auto at = all.begin();
  const auto next = [&]() -> Result<std::optional<PlannedSource*>> {
    if (at == all.end()) return std::optional<PlannedSource*>();
    return std::optional(&*at++);
  };
  return for_each_parallel<PlannedSource*>(workers, stop, next,
                                           [&](PlannedSource* one) { one->layout = headers.layout(*one->source); });
}

struct SliceRange {
  client::ByteRange range;
  WavLayout layout;
};

/// The bytes of a cut in its file.
Result<SliceRange> range_of_cut(const PlannedSource& planned, std::int64_t sample_rate) {
  const auto bad = [&](const Error& why) {
    return Error(why.code(), "cut \"" + planned.cut->id + "\": " + why.message());
  };
  if (!planned.layout) return bad(planned.layout.error());
  const auto& layout = *planned.layout;
  if (layout.sample_rate != sample_rate) {
    return bad({Errc::InvalidArgument, show_source(*planned.source) + " has " + std::to_string(layout.sample_rate) +
                                           " samples a second, --sample-rate says " + std::to_string(sample_rate)});
  }
  const auto frames = frames_of(planned.source->start, planned.source->duration, layout);
  if (!frames) return bad(frames.error());
  return SliceRange{{static_cast<std::int64_t>(layout.data_offset + frames->first * layout.frame_bytes),
                     static_cast<std::int64_t>(frames->count * layout.frame_bytes)},
                    layout};
}

}  // namespace

Result<LhotseBatch> plan_batch(const std::vector<Cut>& cuts, const LhotseOptions& options, WavHeaders& headers,
                               const std::stop_token& stop) {
  auto all = flatten(cuts);
  if (options.sample_rate > 0) BRYO_CHECK(read_headers(all, headers, options.workers, stop));
  LhotseBatch batch;
  for (const auto& planned : all) {
    client::BatchEntry entry{
        .object = planned.source->object, .bucket = planned.source->bucket, .archpath = planned.source->archpath};
    CutSlice slice{.name = planned.name};
    if (options.sample_rate > 0) {
      auto range = range_of_cut(planned, options.sample_rate);
      if (range) {
        entry.range = range->range;
        slice.layout = std::move(range->layout);
      } else if (!options.continue_on_error || range.error().code() == Errc::Cancelled) {
        return range.error();
      } else if (!options.raw) {
        slice.failed = range.error();
      } else if (range.error().code() != Errc::NotFound) {
        // The server marks what is missing; a cut that is wrong it would answer with the whole file.
        return range.error();
      }
    }
    if (!slice.failed) {
      batch.asked.push_back(batch.slices.size());
      batch.request.entries.push_back(std::move(entry));
    }
    batch.slices.push_back(std::move(slice));
  }
  return batch;
}

}  // namespace bryo::cli
