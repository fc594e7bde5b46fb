#include "tar_zst_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tar_header.h"
#include "tar_zst_index.h"
#include "zstd_stream.h"

namespace tar_zst {

using bryo::Errc;
using bryo::Error;
using bryo::MutableBytes;
using bryo::Result;
using bryo::Status;

namespace {

/// Long names and pax records; more is refused.
constexpr std::uint64_t kMaxSpecial = 1 << 20;
constexpr std::size_t kPiece = 128 << 10;
/// What a member costs beside its name.
constexpr std::size_t kEntry = 64;

/// One pass over the archive: every header read, every content decoded, so that what the index promises is there.
class Walk {
 public:
  Walk(const bryo::OpenObject& archive, std::string_view label, const TarZstOptions& options, TarZstIndex& index)
      : decoder_(archive, label, static_cast<int>(*options.window_log)),
        label_(label),
        max_content_(options.max_content.get().bytes),
        max_index_(options.max_index.get().bytes),
        index_(index) {}

  Status run() {
    while (!ended_) BRYO_CHECK(step());
    return {};
  }

 private:
  Status step() {
    std::string block(kBlock, '\0');
    BRYO_TRY(count, decoder_.read(writable(block)));
    ended_ = count == 0;  // the end blocks may be missing
    if (ended_) return {};
    if (count < kBlock) return cut();
    const std::uint64_t at = decoder_.position() - kBlock;
    const auto parsed = parse_header(block);
    if (!parsed) return invalid(at);
    ended_ = !*parsed;
    if (ended_) return {};
    const Header& header = **parsed;
    switch (header.type) {
      case 'L':
      case 'x':
        return special(header, at);
      case 'K':
      case 'g':
        return pass(header.size);
      default:
        return member(header);
    }
  }

  Status special(const Header& header, std::uint64_t at) {
    if (header.size > kMaxSpecial) return invalid(at);
    std::string text(header.size, '\0');
    BRYO_TRY(count, decoder_.read(writable(text)));
    if (count < text.size()) return cut();
    if (header.type == 'L') {
      next_.name = text.substr(0, text.find('\0'));
    } else if (auto records = parse_pax(text)) {
      next_ = *std::move(records);
    } else {
      return invalid(at);
    }
    return pass(0, padding(header.size));
  }

  Status member(const Header& header) {
    const std::string name = next_.name.value_or(header.name);
    const std::uint64_t size = header.without_content() ? 0 : next_.size.value_or(header.size);
    next_ = {};
    const std::uint64_t content = decoder_.position();
    BRYO_CHECK(pass(size, padding(size)));
    if (!header.regular() || name.empty() || name.ends_with('/')) return {};
    used_ += name.size() + kEntry;
    if (used_ > max_index_) {
      return too_large("has more than " + std::to_string(index_.size()) +
                       " members; make smaller shards or raise [plugin.archive_tar_zst] max_index");
    }
    index_.add(name, content, size);
    return {};
  }

  Status pass(std::uint64_t size) { return pass(size, padding(size)); }
  /// Beyond `size` bytes of content, and padding, which may be missing at the end.
  Status pass(std::uint64_t size, std::size_t padded) {
    if (size > max_content_ || decoder_.position() > max_content_ - size) {
      return too_large("holds more than " + std::to_string(max_content_) +
                       " bytes; make smaller shards or raise [plugin.archive_tar_zst] max_content");
    }
    for (std::uint64_t left = size + padded; left != 0;) {
      index_.add_start(decoder_.frame_start());
      const std::uint64_t step = std::min<std::uint64_t>(left, kPiece);
      BRYO_TRY(passed, decoder_.skip(step));
      left -= passed;
      if (passed == step) continue;
      if (left > padded) return cut();
      break;
    }
    index_.add_start(decoder_.frame_start());
    return {};
  }

  [[nodiscard]] Error cut() const {
    return Error(Errc::InvalidArgument, "unexpected EOF: " + std::string(label_) + " is cut at its end");
  }
  [[nodiscard]] Error invalid(std::uint64_t at) const {
    return Error(Errc::InvalidArgument, "archive/tar: invalid tar header: " + std::string(label_) +
                                            " at decoded offset " + std::to_string(at));
  }
  /// A limit of the configuration, and no damage: all of the archive is refused.
  [[nodiscard]] Error too_large(const std::string& why) const {
    return Error(Errc::TooLarge, std::string(label_) + " " + why);
  }
  static MutableBytes writable(std::string& text) { return std::as_writable_bytes(std::span(text)); }

  Decoder decoder_;
  const std::string_view label_;
  const std::uint64_t max_content_;
  const std::uint64_t max_index_;
  TarZstIndex& index_;
  bool ended_ = false;
  std::uint64_t used_ = 0;
  Overrides next_;  ///< what the headers before a member's own say about it
};

}  // namespace

Result<std::unique_ptr<bryo::MemberIndex>> TarZstReader::index(const bryo::OpenObject& archive,
                                                               std::string_view label) const {
  auto index = std::make_unique<TarZstIndex>();
  Walk walk(archive, label, options_, *index);
  std::optional<Error> damage;
  if (auto whole = walk.run(); !whole) {
    damage = whole.error();
    // Members before the damage are good. A disk that fails is no property of the archive.
    if (damage->code() != Errc::InvalidArgument || index->size() == 0) return *damage;
  }
  index->finish(std::move(damage));
  return std::unique_ptr<bryo::MemberIndex>(std::move(index));
}

Status TarZstReader::extract(const bryo::OpenObject& archive, std::string_view label, const bryo::MemberIndex& index,
                             std::span<const bryo::Member> members,
                             const std::function<Status(std::size_t, bryo::BytesView)>& sink) const {
  const auto& known = static_cast<const TarZstIndex&>(index);
  Decoder decoder(archive, label, static_cast<int>(*options_.window_log));
  std::vector<std::byte> piece(kPiece);
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::uint64_t content = known.content(members[i].ordinal);
    const auto start = known.start_for(content);
    if (content < decoder.position() || start.decoded > decoder.position()) decoder.seek(start.encoded, start.decoded);
    BRYO_CHECK(decoder.skip(content - decoder.position()));
    std::uint64_t left = members[i].size;
    while (left != 0) {
      const auto wanted = MutableBytes(piece).first(static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece)));
      BRYO_TRY(count, decoder.read(wanted));
      if (count < wanted.size()) {
        return Error(Errc::InvalidArgument, "unexpected EOF: " + std::string(label) + " ends inside of \"" +
                                                std::string(members[i].name) + "\"");
      }
      left -= count;
      BRYO_CHECK(sink(i, wanted));
    }
  }
  return {};
}

}  // namespace tar_zst
