#include "tgz_reader.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../tar/carried_tar.h"
#include "../tar/content_limit.h"
#include "../tar/decoded_walk.h"
#include "gzip_pass.h"
#include "inflate_stream.h"
#include "tgz_writer.h"

namespace bryo::tgz {
namespace {

constexpr std::size_t kPiece = 128 << 10;
/// Beginning again costs as much as inflating this much.
constexpr std::uint64_t kWorthRestart = 96 << 10;

/// The TAR that comes out of the stream; on its way restart points are added to the index.
class InflatedInput final : public tar::DecodedInput {
 public:
  InflatedInput(const OpenObject& archive, std::string_view label, const TgzOptions& options, MemberSink& members)
      : label_(label),
        limit_("plugin.archive_tgz", options.max_content.get().bytes, static_cast<std::uint64_t>(*options.max_ratio),
               archive.size()),
        points_(members, options.restart_span.get().bytes),
        pass_(archive, label, options.restart_span.get().bytes,
              [this](const RestartPoint& point) { return points_.offer(point); }),
        decoded_(std::make_unique_for_overwrite<std::byte[]>(kPiece)) {}

  Result<BytesView> read(std::size_t n) override {
    if (ready_.empty() && n != 0) BRYO_CHECK(decode());
    if (n <= ready_.size() || ready_.empty()) return take(n);
    joined_.clear();
    while (joined_.size() < n) {
      if (ready_.empty()) BRYO_CHECK(decode());
      if (ready_.empty()) break;
      const BytesView some = take(n - joined_.size());
      joined_.insert(joined_.end(), some.begin(), some.end());
    }
    return BytesView(joined_);
  }
  Result<std::uint64_t> skip(std::uint64_t n) override {
    for (std::uint64_t left = n; left != 0;) {
      if (ready_.empty()) BRYO_CHECK(decode());
      if (ready_.empty()) return n - left;
      left -= take(static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece))).size();
    }
    return n;
  }
  [[nodiscard]] std::uint64_t position() const override { return pass_.position() - ready_.size(); }

  Status drain() override {
    if (failed_) return {};
    BRYO_CHECK(skip(~std::uint64_t{0}));
    return {};
  }
  Status finish_places(std::uint64_t entries_end) override { return points_.finish(pass_.wrong_from(), entries_end); }

 private:
  /// Up to `n` of the bytes that are ready.
  BytesView take(std::size_t n) {
    const BytesView bytes = ready_.first(std::min(n, ready_.size()));
    ready_ = ready_.subspan(bytes.size());
    return bytes;
  }
  /// The next piece; none at the end.
  Status decode() {
    const auto count = pass_.read({decoded_.get(), kPiece});
    failed_ = !count;
    if (failed_) return count.error();
    ready_ = BytesView(decoded_.get(), *count);
    return limit_.check(label_, pass_.position());
  }

  const std::string label_;
  const tar::ContentLimit limit_;
  RestartPointWriter points_;
  GzipPass pass_;
  const std::unique_ptr<std::byte[]> decoded_;
  BytesView ready_;
  std::vector<std::byte> joined_;
  bool failed_ = false;
};

}  // namespace

Status TgzReader::index(const OpenObject& archive, std::string_view label, MemberSink& members) const {
  InflatedInput input(archive, label, options_, members);
  return tar::walk_decoded(input, label, members);
}

Status TgzReader::extract(const OpenObject& archive, std::string_view label, const MemberIndex& index,
                          std::span<const MemberPart> parts,
                          const std::function<Status(std::size_t, BytesView)>& sink) const {
  RestartPoints points(index.format_data(), label);
  InflateStream stream(archive, label);
  const auto piece = std::make_unique_for_overwrite<std::byte[]>(kPiece);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::uint64_t wanted = parts[i].member.offset + parts[i].offset;
    const auto fails = [&](std::string_view why) {
      return Error(Errc::InvalidArgument,
                   std::string(why) + ": \"" + std::string(parts[i].member.name) + "\" in " + std::string(label));
    };
    if (parts[i].length == 0) continue;
    if (points.wrong_from() && wanted + parts[i].length > *points.wrong_from()) {
      return fails("gzip: the content of its gzip member does not match the checksum");
    }
    const auto found = points.find(wanted);
    if (found && (wanted < stream.position() || found->decoded >= stream.position() + kWorthRestart)) {
      BRYO_TRY(point, points.load(*found));
      BRYO_CHECK(stream.restart(point));
    } else if (wanted < stream.position()) {
      stream.rewind();
    }
    BRYO_TRY(passed, stream.skip(wanted - stream.position()));
    (void)passed;  // at the end the next read tells
    for (std::uint64_t left = parts[i].length; left != 0;) {
      const MutableBytes room(piece.get(), static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece)));
      BRYO_TRY(count, stream.read(room));
      if (count < room.size()) return fails("unexpected EOF: the archive ends inside of a member");
      left -= count;
      BRYO_CHECK(sink(i, room));
    }
  }
  return {};
}

Result<ArchiveContinuation> TgzReader::continue_after(const OpenObject& archive, std::string_view label,
                                                      const MemberIndex& index) const {
  const std::uint64_t end = RestartPoints(index.format_data(), label).entries_end();
  auto carried = std::make_unique<tar::CarriedTar>(
      std::make_unique<InflatedInput>(archive, label, options_, tar::no_members()), end, std::string(label));
  return ArchiveContinuation{
      .writer = std::make_unique<TgzWriter>(static_cast<int>(*options_.level), pool_, std::move(carried))};
}

}  // namespace bryo::tgz
