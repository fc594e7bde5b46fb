#include "lhotse_cuts.h"

#include <bryo/client/uri.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "console.h"

namespace bryo::cli {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxLine = std::size_t{16} << 20;
constexpr std::size_t kReadAhead = std::size_t{64} << 10;

const Json& field_of(const Json& json, const char* key) {
  static const Json null;
  if (!json.is_object()) return null;
  const auto found = json.find(key);
  return found == json.end() ? null : *found;
}

std::string string_of(const Json& json) { return json.is_string() ? json.get<std::string>() : std::string(); }

Error bad_cut(const std::string& id, const std::string& why) {
  return {Errc::InvalidArgument, "cut \"" + id + "\": " + why};
}

/// Paths of the recording, in order; else the older spellings of one.
std::vector<std::string> source_paths(const Json& cut) {
  std::vector<std::string> paths;
  const auto& recording = field_of(cut, "recording");
  if (const auto& sources = field_of(recording, "sources"); sources.is_array()) {
    for (const auto& source : sources) {
      if (auto path = string_of(field_of(source, "source")); !path.empty()) paths.push_back(std::move(path));
    }
  }
  for (const auto* other : {&field_of(recording, "path"), &field_of(cut, "audio_source")}) {
    if (auto path = string_of(*other); paths.empty() && !path.empty()) paths.push_back(std::move(path));
  }
  return paths;
}

Result<std::optional<double>> seconds_of(const Json& cut, const char* key, const std::string& id) {
  const auto& value = field_of(cut, key);
  if (value.is_null()) return std::optional<double>();
  if (!value.is_number() || !std::isfinite(value.get<double>()) || value.get<double>() < 0) {
    return bad_cut(id, "\"" + std::string(key) + "\" is not a number of seconds");
  }
  return std::optional(value.get<double>());
}

Status add_sources(const Json& json, Cut& cut) {
  if (const auto& tracks = field_of(json, "tracks"); tracks.is_array()) {
    // Padding between the tracks of a mixed cut is silence: nothing to fetch.
    for (const auto& track : tracks) {
      const auto& inner = field_of(track, "cut");
      if (string_of(field_of(inner, "type")) != "PaddingCut") BRYO_CHECK(add_sources(inner, cut));
    }
    return {};
  }
  BRYO_TRY(start, seconds_of(json, "start", cut.id));
  BRYO_TRY(duration, seconds_of(json, "duration", cut.id));
  const auto paths = source_paths(json);
  if (paths.empty()) return bad_cut(cut.id, "no recording.sources[].source, recording.path or audio_source");
  for (const auto& path : paths) {
    const auto uri = client::parse_uri(path);
    if (!uri) return bad_cut(cut.id, uri.error().message());
    if (uri->object.empty()) return bad_cut(cut.id, "its source \"" + path + "\" names no object");
    auto shard = client::split_shard_path(uri->object);
    cut.sources.push_back({.bucket = uri->bucket,
                           .object = std::move(shard.object),
                           .archpath = std::move(shard.archpath),
                           .start = start.value_or(0),
                           .duration = duration});
  }
  return {};
}

/// Bytes that were read already, then the rest.
class RejoinedInput final : public client::ByteInput {
 public:
  RejoinedInput(std::string first, client::ByteInput& rest) : first_(std::move(first)), rest_(rest) {}
  Result<std::size_t> read(std::span<std::byte> out) override {
    if (at_ == first_.size()) return rest_.read(out);
    const auto part = client::bytes_of(first_).subspan(at_).first(std::min(out.size(), first_.size() - at_));
    std::copy(part.begin(), part.end(), out.begin());
    at_ += part.size();
    return part.size();
  }

 private:
  std::string first_;
  client::ByteInput& rest_;
  std::size_t at_ = 0;
};

std::optional<client::Compression> compression_of_suffix(std::string_view path) {
  if (path.ends_with(".gz") || path.ends_with(".gzip")) return client::Compression::Gzip;
  if (path.ends_with(".lz4")) return client::Compression::Lz4;
  return {};
}

}  // namespace

Result<Cut> parse_cut(std::string_view line) {
  const auto json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return Error(Errc::InvalidArgument, "not a cut: expected a JSON object");
  Cut cut{.id = string_of(field_of(json, "id")), .sources = {}};
  BRYO_CHECK(add_sources(json, cut));
  if (cut.sources.empty()) return bad_cut(cut.id, "all of its tracks are padding");
  return cut;
}

Result<CutReader> CutReader::open(const std::string& path) {
  std::unique_ptr<client::ByteInput> file;
  if (path == "-") {
    file = std::make_unique<StandardInput>();
  } else {
    BRYO_TRY(opened, client::FileBody::open(path));
    file = std::make_unique<client::FileBody>(std::move(opened));
  }
  CutReader reader(path, std::move(file));
  std::string first(4, '\0');
  std::size_t have = 0;
  while (have < first.size()) {
    BRYO_TRY(n, reader.file_->read(std::as_writable_bytes(std::span(first)).subspan(have)));
    if (n == 0) break;
    have += n;
  }
  first.resize(have);
  const auto packed = compression_of_suffix(path).value_or(client::compression_of_magic(first));
  reader.first_ = std::make_unique<RejoinedInput>(std::move(first), *reader.file_);
  reader.unpacked_ = client::decompress(*reader.first_, packed);
  return Result<CutReader>(std::move(reader));
}

Result<std::optional<Cut>> CutReader::next() {
  while (true) {
    BRYO_TRY(line, next_line());
    if (!line) return std::optional<Cut>();
    ++line_;
    if (line->find_first_not_of(" \t\r") == std::string::npos) continue;
    auto cut = parse_cut(*line);
    if (!cut) {
      return Error(Errc::InvalidArgument, path_ + " line " + std::to_string(line_) + ": " + cut.error().message());
    }
    return std::optional<Cut>(std::move(*cut));
  }
}

Result<std::optional<std::string>> CutReader::next_line() {
  std::size_t scanned = at_;
  while (true) {
    if (const auto end = buffer_.find('\n', scanned); end != std::string::npos) {
      std::string line = buffer_.substr(at_, end - at_);
      at_ = end + 1;
      return std::optional(std::move(line));
    }
    if (ended_) {
      if (at_ == buffer_.size()) return std::optional<std::string>();
      std::string line = buffer_.substr(at_);
      at_ = buffer_.size();
      return std::optional(std::move(line));
    }
    buffer_.erase(0, at_);
    at_ = 0;
    scanned = buffer_.size();
    if (scanned > kMaxLine) {
      return Error(Errc::TooLarge, path_ + " line " + std::to_string(line_ + 1) + ": longer than 16 MiB");
    }
    buffer_.resize(scanned + kReadAhead);
    auto n = unpacked_->read(std::as_writable_bytes(std::span(buffer_)).subspan(scanned));
    buffer_.resize(scanned + (n ? *n : 0));
    if (!n) return Error(n.error().code(), path_ + ": " + n.error().message());
    ended_ = *n == 0;
  }
}

}  // namespace bryo::cli
