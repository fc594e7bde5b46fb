#include "tar_reader.h"

#include <optional>
#include <string>
#include <utility>

#include "pax_records.h"
#include "tar_header.h"
#include "tar_window.h"

namespace bryo::tar {
namespace {

/// Where flags stand that old GNU sparse headers use to announce further blocks.
constexpr std::size_t kSparseExtended = 482;
constexpr std::size_t kSparseExtendedAgain = 504;

/// One pass from header to header. A failure of the disk or of the index ends it for good; damage is kept apart.
class Walk {
 public:
  Walk(const OpenObject& archive, std::string_view label, MemberSink& members)
      : archive_(archive), label_(label), members_(members), window_(archive) {}

  Status run() {
    while (!ended_ && !damage_) BRYO_CHECK(step());
    return {};
  }
  /// Why the archive could not be read to its end.
  [[nodiscard]] const std::optional<Error>& damage() const noexcept { return damage_; }

 private:
  Status step();
  Status special(char type, std::uint64_t content, std::uint64_t size);
  Status member(const HeaderView& header, std::uint64_t content, std::uint64_t size);
  Result<std::uint64_t> skip_sparse_map(const HeaderView& header, std::uint64_t content);

  /// The block at `offset`, or null with damage noted.
  Result<const std::byte*> block(std::uint64_t offset);
  [[nodiscard]] bool inside(std::uint64_t content, std::uint64_t size) const noexcept {
    return content <= archive_.size() && size <= archive_.size() - content;
  }
  /// To the block behind the content.
  void go_behind(std::uint64_t content, std::uint64_t size) noexcept { next_ = content + size + padding(size); }

  void note_cut(std::uint64_t offset) { note("unexpected EOF: ", " is cut at offset ", offset); }
  void note_invalid(std::uint64_t offset) { note("archive/tar: invalid tar header: ", " at offset ", offset); }
  void note(std::string_view what, std::string_view where, std::uint64_t offset) {
    damage_ =
        Error(Errc::InvalidArgument, std::string(what).append(label_).append(where).append(std::to_string(offset)));
  }

  const OpenObject& archive_;
  const std::string_view label_;
  MemberSink& members_;
  TarWindow window_;
  std::uint64_t next_ = 0;
  bool ended_ = false;
  std::optional<Error> damage_;

  // Of the headers that precede a member's own.
  std::optional<std::string> gnu_name_;
  PaxOverrides pax_;
  std::string name_;
};

Status Walk::step() {
  const std::uint64_t at = next_;
  if (at >= archive_.size()) {
    // The end blocks may be missing, and the padding of the last member cut.
    ended_ = true;
    return {};
  }
  BRYO_TRY(bytes, block(at));
  if (bytes == nullptr) return {};
  const HeaderView header(bytes);
  if (header.all_zero()) {
    ended_ = true;
    if (at + kBlock >= archive_.size()) return {};
    BRYO_TRY(second, block(at + kBlock));
    if (second != nullptr && !HeaderView(second).all_zero()) note_invalid(at + kBlock);
    return {};
  }
  const auto size = header.size();
  if (!header.checksum_matches() || !size) {
    note_invalid(at);
    return {};
  }
  const std::uint64_t content = at + kBlock;
  switch (header.type()) {
    case kPaxHeader:
    case kPaxGlobal:
    case kGnuLongName:
    case kGnuLongLink:
      return special(header.type(), content, *size);
    default:
      return member(header, content, *size);
  }
}

Status Walk::special(char type, std::uint64_t content, std::uint64_t size) {
  if (!inside(content, size)) {
    note_cut(archive_.size());
    return {};
  }
  go_behind(content, size);
  // Global records would hold for all members that follow; none that matter here are ever written.
  if (type == kPaxGlobal || type == kGnuLongLink) return {};
  if (size > kMaxSpecialSize) {
    note_invalid(content - kBlock);
    return {};
  }
  BRYO_TRY(bytes, window_.at(content, static_cast<std::size_t>(size)));
  const std::string_view text(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  if (type == kGnuLongName) {
    gnu_name_ = std::string(text.substr(0, text.find('\0')));
    return {};
  }
  auto records = parse_pax_records(text);
  if (records) {
    pax_ = *std::move(records);
  } else {
    note_invalid(content - kBlock);
  }
  return {};
}

Status Walk::member(const HeaderView& header, std::uint64_t content, std::uint64_t size) {
  const char type = header.type();
  name_.clear();
  if (gnu_name_) {
    name_ = *gnu_name_;
  } else if (pax_.path) {
    name_ = *pax_.path;
  } else {
    header.append_name(name_);
  }
  if (pax_.size) size = *pax_.size;
  if (type >= kHardLink && type <= kFifo) size = 0;  // whatever their header says
  const bool sparse = type == kGnuSparse || pax_.sparse;
  gnu_name_.reset();
  pax_ = {};

  if (type == kGnuSparse) {
    BRYO_TRY(behind, skip_sparse_map(header, content));
    content = behind;
    if (damage_) return {};
  }
  if (!inside(content, size)) {
    note_cut(archive_.size());
    return {};
  }
  go_behind(content, size);
  const bool regular = type == kRegular || type == kRegularV7 || type == kContiguous;
  if (sparse) {
    return members_.add_unreadable(name_, "is a sparse file, which cannot be read: store it without holes");
  }
  if (!regular || name_.empty() || name_.ends_with('/')) return {};
  return members_.add({.name = name_, .size = size, .offset = content, .stored = true});
}

/// Where the content begins. `header` is not valid afterwards.
Result<std::uint64_t> Walk::skip_sparse_map(const HeaderView& header, std::uint64_t content) {
  for (char more = header.byte(kSparseExtended); more != 0; content += kBlock) {
    BRYO_TRY(bytes, block(content));
    if (bytes == nullptr) return content;
    more = HeaderView(bytes).byte(kSparseExtendedAgain);
  }
  return content;
}

Result<const std::byte*> Walk::block(std::uint64_t offset) {
  if (!inside(offset, kBlock)) {
    note_cut(archive_.size());
    return nullptr;
  }
  return window_.at(offset, kBlock);
}

}  // namespace

Status TarReader::index(const OpenObject& archive, std::string_view label, MemberSink& members) const {
  Walk walk(archive, label, members);
  BRYO_CHECK(walk.run());
  return walk.damage() ? Status(*walk.damage()) : Status();
}

}  // namespace bryo::tar
