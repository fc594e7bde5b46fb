#include "zip_overlaps.h"

#include <algorithm>

#include "zip_content.h"

namespace bryo::zip {
namespace {

Status each_extent(DirectoryWalk& walk, const std::function<bool(const Entry&)>& counts,
                   const std::function<void(const Extent&)>& visit) {
  walk.rewind();
  for (;;) {
    const auto entry = walk.next();
    if (!entry) {
      const bool damaged = entry.error().code() == Errc::InvalidArgument;
      return damaged ? Status{} : Status(entry.error());
    }
    if (!*entry) return {};
    if (counts(**entry)) visit(extent_of(**entry));
  }
}

}  // namespace

Extent extent_of(const Entry& entry) {
  return {entry.header, entry.header + local_header_size(entry.name) + entry.packed};
}

Result<std::vector<std::uint64_t>> overlapping(DirectoryWalk& walk, const std::function<bool(const Entry&)>& counts) {
  std::vector<std::uint64_t> out;
  std::uint64_t end = 0;
  bool apart = true;
  BRYO_CHECK(each_extent(walk, counts, [&](const Extent& one) {
    apart = apart && one.begin >= end;
    end = one.end;
  }));
  if (apart) return out;

  std::vector<Extent> all;
  BRYO_CHECK(each_extent(walk, counts, [&](const Extent& one) { all.push_back(one); }));
  std::sort(all.begin(), all.end(), [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
  const Extent* furthest = nullptr;
  for (const Extent& one : all) {
    if (furthest != nullptr && one.begin < furthest->end) {
      out.push_back(furthest->begin);
      out.push_back(one.begin);
    }
    if (furthest == nullptr || one.end > furthest->end) furthest = &one;
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace bryo::zip
