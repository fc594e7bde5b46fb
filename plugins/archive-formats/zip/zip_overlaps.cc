#include "zip_overlaps.h"

#include <algorithm>
#include <string>

#include "zip_content.h"

namespace bryo::zip {
namespace {

/// 64 MiB of extents.
constexpr std::size_t kMostUnordered = std::size_t{4} << 20;

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

Result<std::vector<std::uint64_t>> overlapping(DirectoryWalk& walk, std::string_view label,
                                               const std::function<bool(const Entry&)>& counts) {
  std::vector<std::uint64_t> out;
  std::uint64_t end = 0;
  std::size_t count = 0;
  bool apart = true;
  BRYO_CHECK(each_extent(walk, counts, [&](const Extent& one) {
    ++count;
    apart = apart && one.begin >= end;
    end = one.end;
  }));
  if (apart) return out;
  if (count > kMostUnordered) {
    return Error(Errc::TooLarge, std::string(label) + " has " + std::to_string(count) +
                                     " members in another order than its directory, more than " +
                                     std::to_string(kMostUnordered) + ": zip them again");
  }

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
