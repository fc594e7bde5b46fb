#include "tgz_reader.h"

#include <algorithm>
#include <vector>

#include "../tar/tar_walk.h"
#include "restart_points.h"

namespace bryo::tgz {
namespace {

constexpr std::size_t kPiece = 128 << 10;

/// The TAR that comes out of the stream; on its way restart points are added to the index.
class InflatedInput final : public tar::TarInput {
 public:
  InflatedInput(const OpenObject& archive, std::string_view label, const TgzOptions& options, MemberSink& members)
      : stream_(archive, label),
        label_(label),
        span_(options.restart_span.get().bytes),
        max_content_(options.max_content.get().bytes),
        members_(members) {
    stream_.want_point(span_);
  }

  Result<BytesView> read(std::size_t n) override {
    if (buffer_.size() < n) buffer_.resize(n);
    BRYO_TRY(count, stream_.read(MutableBytes(buffer_).first(n)));
    BRYO_CHECK(keep_point());
    return BytesView(buffer_).first(count);
  }
  Result<std::uint64_t> skip(std::uint64_t n) override {
    for (std::uint64_t done = 0; done < n;) {
      const std::uint64_t step = std::min<std::uint64_t>(n - done, kPiece);
      BRYO_TRY(count, stream_.skip(step));
      if (stream_.position() > max_content_) {
        return Error(Errc::TooLarge, std::string(label_) + " holds more than " + std::to_string(max_content_) +
                                         " bytes; make smaller shards or raise [plugin.archive_tgz] max_content");
      }
      BRYO_CHECK(keep_point());
      done += count;
      if (count < step) return done;
    }
    return n;
  }
  [[nodiscard]] std::uint64_t position() const override { return stream_.position(); }

 private:
  Status keep_point() {
    const auto point = stream_.point();
    if (!point) return {};
    stream_.want_point(point->decoded + span_);
    return add_point(members_, *point);
  }

  InflateStream stream_;
  const std::string_view label_;
  const std::uint64_t span_;
  const std::uint64_t max_content_;
  MemberSink& members_;
  std::vector<std::byte> buffer_;
};

}  // namespace

Status TgzReader::index(const OpenObject& archive, std::string_view label, MemberSink& members) const {
  InflatedInput input(archive, label, options_, members);
  return tar::walk_tar(input, label, false, members);
}

Status TgzReader::extract(const OpenObject& archive, std::string_view label, const MemberIndex& index,
                          std::span<const MemberPart> parts,
                          const std::function<Status(std::size_t, BytesView)>& sink) const {
  InflateStream stream(archive, label);
  std::vector<std::byte> piece(kPiece);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::uint64_t wanted = parts[i].member.offset + parts[i].offset;
    const auto place = find_point(index.format_data(), wanted);
    if (wanted < stream.position() || (place && place->decoded > stream.position())) {
      RestartPoint point;
      if (place) {
        BRYO_TRY(found, point_at(index.format_data(), *place));
        point = std::move(found);
      }
      BRYO_CHECK(place ? stream.restart(point) : stream.rewind());
    }
    BRYO_CHECK(stream.skip(wanted - stream.position()));
    for (std::uint64_t left = parts[i].length; left != 0;) {
      const auto room = MutableBytes(piece).first(static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece)));
      BRYO_TRY(count, stream.read(room));
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

}  // namespace bryo::tgz
