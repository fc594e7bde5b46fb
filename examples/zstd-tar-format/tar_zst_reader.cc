#include "tar_zst_reader.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "tar_header.h"
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
/// Frames may be tiny; starts closer than this save nothing.
constexpr std::uint64_t kStartDistance = 64 << 10;

/// One pass over the archive: every header read, every content decoded, so that what the index promises is there.
class Walk {
 public:
  Walk(const bryo::OpenObject& archive, std::string_view label, const TarZstOptions& options, bryo::MemberSink& members)
      : decoder_(archive, label, static_cast<int>(*options.window_log)),
        label_(label),
        max_content_(options.max_content.get().bytes),
        members_(members) {}

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
    return members_.add({.name = name, .size = size, .offset = content});
  }

  Status pass(std::uint64_t size) { return pass(size, padding(size)); }
  /// Beyond `size` bytes of content, and padding, which may be missing at the end.
  Status pass(std::uint64_t size, std::size_t padded) {
    if (size > max_content_ || decoder_.position() > max_content_ - size) {
      return too_large("holds more than " + std::to_string(max_content_) +
                       " bytes; make smaller shards or raise [plugin.archive_tar_zst] max_content");
    }
    for (std::uint64_t left = size + padded; left != 0;) {
      BRYO_CHECK(note_start());
      const std::uint64_t step = std::min<std::uint64_t>(left, kPiece);
      BRYO_TRY(passed, decoder_.skip(step));
      left -= passed;
      if (passed == step) continue;
      if (left > padded) return cut();
      break;
    }
    return note_start();
  }
  /// Where decoding can begin is what the index keeps for `extract`.
  Status note_start() {
    const auto start = decoder_.frame_start();
    if (start.decoded < last_start_ + kStartDistance) return {};
    last_start_ = start.decoded;
    return members_.add_format_data(std::as_bytes(std::span(&start, 1)));
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
  bryo::MemberSink& members_;
  bool ended_ = false;
  std::uint64_t last_start_ = 0;
  Overrides next_;  ///< what the headers before a member's own say about it
};

/// The last place to begin at for what lies at `decoded`.
Decoder::FrameStart start_for(const bryo::MemberIndex& index, std::uint64_t decoded) {
  const bryo::BytesView bytes = index.format_data();
  const auto at = [&](std::size_t i) {
    Decoder::FrameStart start;
    std::memcpy(&start, bytes.data() + i * sizeof start, sizeof start);
    return start;
  };
  std::size_t low = 0;
  for (std::size_t high = bytes.size() / sizeof(Decoder::FrameStart); low < high;) {
    const std::size_t middle = (low + high) / 2;
    if (at(middle).decoded <= decoded) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low == 0 ? Decoder::FrameStart{} : at(low - 1);
}

}  // namespace

Status TarZstReader::index(const bryo::OpenObject& archive, std::string_view label, bryo::MemberSink& members) const {
  return Walk(archive, label, options_, members).run();
}

Status TarZstReader::extract(const bryo::OpenObject& archive, std::string_view label, const bryo::MemberIndex& index,
                             std::span<const bryo::MemberPart> parts,
                             const std::function<Status(std::size_t, bryo::BytesView)>& sink) const {
  Decoder decoder(archive, label, static_cast<int>(*options_.window_log));
  std::vector<std::byte> piece(kPiece);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::uint64_t wanted = parts[i].member.offset + parts[i].offset;
    const auto start = start_for(index, wanted);
    if (wanted < decoder.position() || start.decoded > decoder.position()) decoder.seek(start.encoded, start.decoded);
    BRYO_CHECK(decoder.skip(wanted - decoder.position()));
    for (std::uint64_t left = parts[i].length; left != 0;) {
      const auto room = MutableBytes(piece).first(static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece)));
      BRYO_TRY(count, decoder.read(room));
      if (count < room.size()) {
        return Error(Errc::InvalidArgument, "unexpected EOF: " + std::string(label) + " ends inside of \"" +
                                                std::string(parts[i].member.name) + "\"");
      }
      left -= count;
      BRYO_CHECK(sink(i, room));
    }
  }
  return {};
}

}  // namespace tar_zst
