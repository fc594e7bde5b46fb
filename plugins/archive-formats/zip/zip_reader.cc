#include "zip_reader.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "zip_content.h"
#include "zip_directory.h"
#include "zip_member_stream.h"
#include "zip_overlaps.h"

namespace bryo::zip {
namespace {

constexpr std::size_t kPiece = 128 << 10;
/// Stored members from this size on are looked up in front of their content, to be sent from file to socket. Smaller
/// ones are copied anyway, and found where they are copied: an index needs the directory and nothing else.
constexpr std::uint64_t kVerbatim = 64 << 10;
/// Of local headers and most names.
constexpr std::size_t kLocalHeader = 64;
/// A member up to this size is inflated at once, and then all of its parts are at hand.
constexpr std::uint64_t kWhole = 1 << 20;

class Pass {
 public:
  Pass(const OpenObject& archive, std::string_view label, const DirectoryPlace& place, const ZipOptions& options,
       MemberSink& members)
      : archive_(archive),
        label_(label),
        place_(place),
        max_ratio_(static_cast<std::uint64_t>(options.max_ratio.get())),
        max_member_(options.max_member.get().bytes),
        members_(members),
        walk_(archive, label, place),
        locals_(archive, kLocalHeader) {}

  Status run();

 private:
  Status add(const Entry& entry);
  Status add_stored(const Entry& entry);
  /// Why it cannot be read, as far as the directory tells; completes "member NAME of ARCHIVE". Empty: it can.
  [[nodiscard]] std::string refusal(const Entry& entry) const;

  const OpenObject& archive_;
  const std::string_view label_;
  const DirectoryPlace place_;
  const std::uint64_t max_ratio_;
  const std::uint64_t max_member_;
  MemberSink& members_;
  DirectoryWalk walk_;
  tar::TarWindow locals_;
  std::vector<std::uint64_t> overlapping_;
};

bool is_file(const Entry& entry) { return !entry.name.empty() && !entry.name.ends_with('/'); }

Status Pass::run() {
  BRYO_TRY(begins,
           overlapping(walk_, label_, [this](const Entry& entry) { return is_file(entry) && refusal(entry).empty(); }));
  overlapping_ = std::move(begins);
  walk_.rewind();
  std::uint64_t entries = 0;
  for (;; ++entries) {
    BRYO_TRY(entry, walk_.next());
    if (!entry) break;
    if (is_file(*entry)) BRYO_CHECK(add(*entry));
  }
  if ((entries & kNarrow16) == (place_.entries & kNarrow16)) return {};
  return not_a_zip(label_, "announces " + std::to_string(place_.entries) + " members, and its directory has " +
                               std::to_string(entries));
}

std::string Pass::refusal(const Entry& entry) const {
  if (entry.name.find('\0') != std::string_view::npos) return "has a NUL in its name";
  if ((entry.flags & kEncrypted) != 0) return "is encrypted";
  if (entry.method != kStoredMethod && entry.method != kDeflatedMethod) {
    return "is compressed by method " + std::to_string(entry.method) + ", which cannot be read: use deflate";
  }
  if (entry.disk != 0) return "lies in another part of the archive: join the parts";
  if (entry.sizes_missing) return "lacks the sizes that its ZIP64 field should have";
  if (entry.header > place_.begin || place_.begin - entry.header < local_header_size(entry.name) ||
      entry.packed > place_.begin - entry.header - local_header_size(entry.name)) {
    return "does not lie in the archive";
  }
  if (entry.method == kStoredMethod) return entry.packed == entry.size ? "" : "is stored, and has two sizes";
  if (entry.size > max_member_) {
    return "has " + std::to_string(entry.size) + " bytes inflated: raise [plugin.archive_zip] max_member";
  }
  if (entry.size > entry.packed * max_ratio_) {
    return "would be inflated by more than " + std::to_string(max_ratio_) + " times, which nothing honest needs";
  }
  return {};
}

Status Pass::add(const Entry& entry) {
  if (const std::string why = refusal(entry); !why.empty()) return members_.add_unreadable(entry.name, why);
  if (std::binary_search(overlapping_.begin(), overlapping_.end(), entry.header)) {
    return members_.add_unreadable(entry.name, "shares bytes with another member");
  }
  if (entry.method == kStoredMethod && entry.size >= kVerbatim) return add_stored(entry);
  return members_.add({.name = entry.name,
                       .size = entry.size,
                       .offset = entry.header,
                       .kind = static_cast<std::uint8_t>(entry.method),
                       .check = entry.crc,
                       .packed = entry.packed});
}

Status Pass::add_stored(const Entry& entry) {
  BRYO_TRY(header, locals_.at(entry.header, local_header_size(entry.name)));
  ContentPlace content = content_behind(header, entry.name, entry.method);
  if (content.why.empty() && content.skip > place_.begin - entry.header - entry.size) {
    content.why = "does not lie in the archive";
  }
  if (!content.why.empty()) return members_.add_unreadable(entry.name, content.why);
  return members_.add({.name = entry.name,
                       .size = entry.size,
                       .offset = entry.header + content.skip,
                       .stored = true,
                       .kind = kStoredMethod,
                       .check = entry.crc,
                       .packed = entry.size});
}

}  // namespace

Status ZipReader::index(const OpenObject& archive, std::string_view label, MemberSink& members) const {
  BRYO_TRY(place, find_directory(archive, label));
  return Pass(archive, label, place, options_, members).run();
}

Status ZipReader::extract(const OpenObject& archive, std::string_view label, const MemberIndex&,
                          std::span<const MemberPart> parts,
                          const std::function<Status(std::size_t, BytesView)>& sink) const {
  MemberStream stream(archive, label);
  std::vector<std::byte> room;
  const Member* open = nullptr;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const MemberPart& part = parts[i];
    if (part.length == 0) continue;
    const bool at_once = part.member.size <= kWhole;
    const bool opened = open != nullptr && open->offset == part.member.offset;
    if (!opened || (!at_once && part.offset < stream.position())) {
      BRYO_CHECK(stream.open(part.member));
      open = &part.member;
      if (at_once) {
        room.resize(static_cast<std::size_t>(part.member.size));
        BRYO_CHECK(stream.read(room));
      }
    }
    if (at_once) {
      BRYO_CHECK(sink(
          i, BytesView(room).subspan(static_cast<std::size_t>(part.offset), static_cast<std::size_t>(part.length))));
      continue;
    }
    room.resize(kPiece);
    const std::uint64_t end = part.offset + part.length;
    while (stream.position() < end) {
      const bool wanted = stream.position() >= part.offset;
      const std::uint64_t until = wanted ? end : part.offset;
      const auto piece = MutableBytes(room).first(
          static_cast<std::size_t>(std::min<std::uint64_t>(until - stream.position(), kPiece)));
      BRYO_CHECK(stream.read(piece));
      if (wanted) BRYO_CHECK(sink(i, piece));
    }
  }
  return {};
}

Result<std::uint64_t> ZipReader::packed_offset(const OpenObject& archive, std::string_view label,
                                               const Member& member) const {
  if (member.kind != kDeflatedMethod) return ArchiveReader::packed_offset(archive, label, member);
  std::vector<std::byte> header(local_header_size(member.name));
  ContentPlace content{.why = "does not lie in the archive"};
  if (member.offset <= archive.size() && archive.size() - member.offset >= header.size()) {
    BRYO_CHECK(archive.read_blocking(member.offset, header));
    content = content_behind(header.data(), member.name, kDeflatedMethod);
    const std::uint64_t room = archive.size() - member.offset;
    if (content.why.empty() && (content.skip > room || member.packed > room - content.skip)) {
      content.why = "does not lie in the archive";
    }
  }
  if (content.why.empty()) return member.offset + content.skip;
  return Error(Errc::InvalidArgument,
               "member \"" + std::string(member.name) + "\" of " + std::string(label) + " " + std::string(content.why));
}

}  // namespace bryo::zip
