#include "tar_walk.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "pax_records.h"
#include "tar_header.h"

namespace bryo::tar {
namespace {

/// Where flags stand that old GNU sparse headers use to announce further blocks.
constexpr std::size_t kSparseExtended = 482;
constexpr std::size_t kSparseExtendedAgain = 504;
/// Of content that is handed over.
constexpr std::size_t kPiece = 256 << 10;

class Walk {
 public:
  Walk(TarInput& input, std::string_view label, bool stored, MemberSink& members)
      : input_(input), label_(label), stored_(stored), members_(members) {}

  Result<std::uint64_t> run() {
    while (!ended_) BRYO_CHECK(step());
    return entries_end_;
  }

 private:
  Status step();
  Status second_end_block();
  Status special(char type, std::uint64_t size);
  Status member(const HeaderView& header, std::uint64_t size);
  /// The content of a member, to whoever waits for it; answers how much there was.
  Result<std::uint64_t> hand_over(std::uint64_t size);
  /// Of old GNU sparse files: stands between header and content.
  Status skip_sparse_map(char more);
  Status skip_padding(std::uint64_t size);

  [[nodiscard]] Error cut() const { return damaged("unexpected EOF: ", " is cut at offset ", input_.position()); }
  [[nodiscard]] Error invalid(std::uint64_t offset) const {
    return damaged("archive/tar: invalid tar header: ", " at offset ", offset);
  }
  [[nodiscard]] Error damaged(std::string_view what, std::string_view where, std::uint64_t offset) const {
    return Error(Errc::InvalidArgument, std::string(what).append(label_).append(where).append(std::to_string(offset)));
  }

  TarInput& input_;
  const std::string_view label_;
  const bool stored_;
  MemberSink& members_;
  bool ended_ = false;
  std::uint64_t entries_end_ = 0;  ///< headers that precede a member's own are no entries

  // Of the headers that precede a member's own.
  std::optional<std::string> gnu_name_;
  PaxOverrides pax_;
  std::string name_;
};

Status Walk::step() {
  const std::uint64_t at = input_.position();
  BRYO_TRY(block, input_.read(kBlock));
  // The end blocks may be missing, and the padding of the last member cut.
  ended_ = block.empty();
  if (ended_) return {};
  if (block.size() < kBlock) return cut();
  const HeaderView header(block.data());
  if (header.all_zero()) return second_end_block();
  const auto size = header.size();
  if (!header.checksum_matches() || !size) return invalid(at);
  switch (header.type()) {
    case kPaxHeader:
    case kPaxGlobal:
    case kGnuLongName:
    case kGnuLongLink:
      return special(header.type(), *size);
    default:
      return member(header, *size);
  }
}

Status Walk::second_end_block() {
  ended_ = true;
  const std::uint64_t at = input_.position();
  BRYO_TRY(block, input_.read(kBlock));
  if (block.empty()) return {};
  if (block.size() < kBlock) return cut();
  if (!HeaderView(block.data()).all_zero()) return invalid(at);
  return {};
}

Status Walk::special(char type, std::uint64_t size) {
  const std::uint64_t header = input_.position() - kBlock;
  // Global records would hold for all members that follow; none that matter here are ever written.
  const bool ignored = type == kPaxGlobal || type == kGnuLongLink;
  if (ignored || size > kMaxSpecialSize) {
    BRYO_TRY(passed, input_.skip(size));
    if (passed < size) return cut();
    if (!ignored) return invalid(header);
    BRYO_CHECK(skip_padding(size));
    if (type == kPaxGlobal) entries_end_ = input_.position();
    return {};
  }
  BRYO_TRY(bytes, input_.read(static_cast<std::size_t>(size)));
  if (bytes.size() < size) return cut();
  const std::string_view text = as_text(bytes);
  if (type == kGnuLongName) {
    gnu_name_ = std::string(text.substr(0, text.find('\0')));
  } else if (auto records = parse_pax_records(text)) {
    pax_ = *std::move(records);
  } else {
    return invalid(header);
  }
  return skip_padding(size);
}

Status Walk::member(const HeaderView& header, std::uint64_t size) {
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

  if (type == kGnuSparse) BRYO_CHECK(skip_sparse_map(header.byte(kSparseExtended)));
  const bool regular = type == kRegular || type == kRegularV7 || type == kContiguous;
  const bool readable = regular && !sparse && !name_.empty() && !name_.ends_with('/');
  const Member found{.name = name_, .size = size, .offset = input_.position(), .stored = stored_};
  // What lies in the archive as it is can be had at any time.
  const bool wanted = readable && !stored_ && members_.wants(found);
  BRYO_TRY(passed, wanted ? hand_over(size) : input_.skip(size));
  if (passed < size) return cut();
  if (sparse) {
    BRYO_CHECK(members_.add_unreadable(name_, "is a sparse file, which cannot be read: store it without holes"));
  } else if (readable) {
    BRYO_CHECK(members_.add(found));
  }
  BRYO_CHECK(skip_padding(size));
  entries_end_ = input_.position();
  return {};
}

Result<std::uint64_t> Walk::hand_over(std::uint64_t size) {
  for (std::uint64_t done = 0; done < size;) {
    const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(size - done, kPiece));
    BRYO_TRY(bytes, input_.read(step));
    members_.content(bytes);
    done += bytes.size();
    if (bytes.size() < step) return done;
  }
  return size;
}

Status Walk::skip_sparse_map(char more) {
  while (more != 0) {
    BRYO_TRY(block, input_.read(kBlock));
    if (block.size() < kBlock) return cut();
    more = HeaderView(block.data()).byte(kSparseExtendedAgain);
  }
  return {};
}

Status Walk::skip_padding(std::uint64_t size) {
  BRYO_TRY(passed, input_.skip(padding(size)));
  (void)passed;  // missing at the end, it is missed by nobody
  return {};
}

class NoMembers final : public MemberSink {
 public:
  Status add(const Member&) override { return {}; }
  Status add_unreadable(std::string_view, std::string_view) override { return {}; }
  Status add_format_data(BytesView) override { return {}; }
  [[nodiscard]] std::size_t size() const noexcept override { return 0; }
};

}  // namespace

Result<std::uint64_t> walk_tar(TarInput& input, std::string_view label, bool stored, MemberSink& members) {
  return Walk(input, label, stored, members).run();
}

MemberSink& no_members() {
  static NoMembers nobody;
  return nobody;
}

}  // namespace bryo::tar
