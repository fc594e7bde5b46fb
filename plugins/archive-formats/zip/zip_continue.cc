/// Members behind those of a ZIP archive: the old directory is written again behind the new members.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "zip_directory.h"
#include "zip_layout.h"
#include "zip_reader.h"
#include "zip_writer.h"

namespace bryo::zip {
namespace {

/// What the writer holds until the end. Some two million members.
constexpr std::uint64_t kMaxDirectory = 256 << 20;
constexpr std::size_t kReadAtOnce = 1 << 20;

Result<std::uint64_t> count_entries(const OpenObject& archive, std::string_view label, const DirectoryPlace& place) {
  DirectoryWalk walk(archive, label, place);
  std::uint64_t entries = 0;
  for (;; ++entries) {
    BRYO_TRY(entry, walk.next());
    if (!entry) break;
  }
  if ((entries & kNarrow16) == (place.entries & kNarrow16)) return entries;
  return not_a_zip(label, "announces " + std::to_string(place.entries) + " members, and its directory has " +
                              std::to_string(entries));
}

}  // namespace

Result<ArchiveContinuation> ZipReader::continue_after(const OpenObject& archive, std::string_view label,
                                                      const MemberIndex&) const {
  BRYO_TRY(place, find_directory(archive, label));
  if (place.size > kMaxDirectory) {
    return Error(Errc::TooLarge, "the directory of " + std::string(label) + " has " + std::to_string(place.size) +
                                     " bytes, too many to continue the archive: make smaller shards");
  }
  BRYO_TRY(entries, count_entries(archive, label, place));
  std::vector<std::byte> directory(static_cast<std::size_t>(place.size));
  for (std::size_t at = 0; at < directory.size(); at += kReadAtOnce) {
    const MutableBytes rest = MutableBytes(directory).subspan(at);
    BRYO_CHECK(archive.read_blocking(place.begin + at, rest.first(std::min(rest.size(), kReadAtOnce))));
  }
  return ArchiveContinuation{
      .keep = place.begin,
      .writer = std::make_unique<ZipWriter>(place.begin - place.shift, entries, std::move(directory))};
}

}  // namespace bryo::zip
