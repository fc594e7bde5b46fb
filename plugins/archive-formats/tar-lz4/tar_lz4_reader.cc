#include "tar_lz4_reader.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../tar/carried_tar.h"
#include "../tar/content_limit.h"
#include "../tar/decoded_walk.h"
#include "block_places.h"
#include "tar_lz4_writer.h"

namespace bryo::tar_lz4 {
namespace {

/// The most that one call of a sink gets.
constexpr std::size_t kPiece = 256 << 10;

/// The TAR that comes out of the frames; on its way places to begin at are added to the index.
class FramedInput final : public tar::DecodedInput {
 public:
  FramedInput(const OpenObject& archive, std::string_view label, const TarLz4Options& options, MemberSink& members)
      : label_(label),
        limit_("plugin.archive_tar_lz4", options.max_content.get().bytes,
               static_cast<std::uint64_t>(*options.max_ratio), archive.size()),
        places_(members, options.linked_span.get().bytes),
        stream_(archive, label, [this](const BlockPlace& place, BytesView window) { return visit(place, window); }) {}

  Result<BytesView> read(std::size_t n) override {
    BRYO_TRY(bytes, n == 0 ? Result<BytesView>(BytesView()) : next(n));
    if (bytes.size() == n || bytes.empty()) return bytes;
    buffer_.assign(bytes.begin(), bytes.end());
    while (buffer_.size() < n) {
      BRYO_TRY(more, next(n - buffer_.size()));
      if (more.empty()) break;
      buffer_.insert(buffer_.end(), more.begin(), more.end());
    }
    return BytesView(buffer_);
  }
  Result<std::uint64_t> skip(std::uint64_t n) override {
    auto passed = stream_.skip(n);
    failed_ = !passed;
    return passed;
  }
  [[nodiscard]] std::uint64_t position() const override { return stream_.position(); }

  Status drain() override {
    if (failed_) return {};
    BRYO_CHECK(stream_.skip(~std::uint64_t{0}));
    return limit_.check(label_, stream_.position());
  }
  Status finish_places(std::uint64_t entries_end) override { return places_.finish(stream_.wrong_from(), entries_end); }

 private:
  Result<BytesView> next(std::size_t n) {
    auto bytes = stream_.next(n);
    failed_ = !bytes;
    return bytes;
  }
  Status visit(const BlockPlace& place, BytesView window) {
    BRYO_CHECK(limit_.check(label_, place.decoded));
    return places_.offer(place, window);
  }

  const std::string label_;
  const tar::ContentLimit limit_;
  BlockPlaceWriter places_;
  FrameStream stream_;
  bool failed_ = false;
  std::vector<std::byte> buffer_;
};

}  // namespace

Status TarLz4Reader::index(const OpenObject& archive, std::string_view label, MemberSink& members) const {
  FramedInput input(archive, label, options_, members);
  return tar::walk_decoded(input, label, members);
}

Status TarLz4Reader::extract(const OpenObject& archive, std::string_view label, const MemberIndex& index,
                             std::span<const MemberPart> parts,
                             const std::function<Status(std::size_t, BytesView)>& sink) const {
  const tar::DecodePlaces places(index.format_data(), label);
  FrameStream stream(archive, label);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::uint64_t wanted = parts[i].member.offset + parts[i].offset;
    const auto fails = [&](std::string_view why) {
      return Error(Errc::InvalidArgument,
                   std::string(why) + ": \"" + std::string(parts[i].member.name) + "\" in " + std::string(label));
    };
    if (parts[i].length == 0) continue;
    if (places.wrong_from() && wanted + parts[i].length > *places.wrong_from()) {
      return fails("lz4: the content of its frame does not match the checksum");
    }
    if (!stream.move_to(wanted)) {
      const auto found = places.find(wanted);
      if (found && (wanted < stream.position() || found->decoded > stream.position())) {
        BRYO_TRY(window, window_before(*found, places));
        BRYO_CHECK(stream.restart(block_at(*found), window));
      } else if (wanted < stream.position()) {
        stream.rewind();
      }
      BRYO_TRY(passed, stream.skip(wanted - stream.position()));
      (void)passed;  // at the end the next read tells
    }
    for (std::uint64_t left = parts[i].length; left != 0;) {
      BRYO_TRY(bytes, stream.next(static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece))));
      if (bytes.empty()) return fails("unexpected EOF: the archive ends inside of a member");
      left -= bytes.size();
      BRYO_CHECK(sink(i, bytes));
    }
  }
  return {};
}

Result<ArchiveContinuation> TarLz4Reader::continue_after(const OpenObject& archive, std::string_view label,
                                                         const MemberIndex& index) const {
  const std::uint64_t end = tar::DecodePlaces(index.format_data(), label).entries_end();
  auto carried = std::make_unique<tar::CarriedTar>(
      std::make_unique<FramedInput>(archive, label, options_, tar::no_members()), end, std::string(label));
  return ArchiveContinuation{.writer =
                                 std::make_unique<TarLz4Writer>(static_cast<int>(*options_.level), std::move(carried))};
}

}  // namespace bryo::tar_lz4
