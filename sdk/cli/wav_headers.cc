#include "wav_headers.h"

namespace bryo::cli {
namespace {

/// The samples begin after 44 bytes in most files; long tags before them are rare.
constexpr std::int64_t kFirstTry = std::int64_t{4} << 10;
constexpr std::int64_t kLastTry = std::int64_t{16} << 20;

struct FirstBytes {
  std::string bytes;
  std::uint64_t file_bytes = 0;
};

/// At most `want` bytes from the start.
Result<FirstBytes> read_start(const client::Client& client, const CutSource& source, std::int64_t want) {
  client::GetOptions options{.range = {0, want}, .archpath = source.archpath};
  auto opened = client.get_object(source.bucket, source.object, options);
  if (!opened && !source.archpath.empty() && opened.error().code() == Errc::InvalidArgument) {
    // The reference serves no ranges of members: read the start of the whole one, and hang up.
    options.range = {};
    opened = client.get_object(source.bucket, source.object, options);
  }
  if (!opened) return opened.error();
  if (!opened->whole_size()) return Error(Errc::Unsupported, "the server did not say its size");
  FirstBytes start{std::string(static_cast<std::size_t>(want), '\0'), *opened->whole_size()};
  std::size_t have = 0;
  while (have < start.bytes.size()) {
    BRYO_TRY(n, opened->read(std::as_writable_bytes(std::span(start.bytes)).subspan(have)));
    if (n == 0) break;
    have += n;
  }
  start.bytes.resize(have);
  return start;
}

}  // namespace

std::string show_source(const CutSource& source) {
  auto text = source.bucket.uri() + "/" + source.object;
  if (!source.archpath.empty()) text += "/" + source.archpath;
  return text;
}

Result<WavLayout> WavHeaders::layout(const CutSource& source) {
  const auto key = source.bucket.uname() + source.object + '\0' + source.archpath;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = known_.find(key); found != known_.end()) return found->second;
  }
  BRYO_TRY(layout, fetch(source));
  const std::lock_guard lock(mutex_);
  if (known_.emplace(key, layout).second) order_.push_back(key);
  if (order_.size() > kKept) {
    known_.erase(order_.front());
    order_.pop_front();
  }
  return layout;
}

Result<WavLayout> WavHeaders::fetch(const CutSource& source) const {
  for (auto want = kFirstTry; want <= kLastTry; want *= 16) {
    BRYO_TRY(start, read_start(client_, source, want));
    auto layout = parse_wav(start.bytes, start.file_bytes);
    if (!layout) return Error(layout.error().code(), show_source(source) + " is " + layout.error().message());
    if (*layout) return std::move(**layout);
  }
  return Error(Errc::InvalidArgument, show_source(source) + " has no samples within its first 16 MiB");
}

}  // namespace bryo::cli
