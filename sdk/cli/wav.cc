#include "wav.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "format.h"

namespace bryo::cli {
namespace {

constexpr std::uint16_t kPcm = 1;
constexpr std::uint16_t kFloat = 3;
constexpr std::uint16_t kALaw = 6;
constexpr std::uint16_t kMuLaw = 7;
constexpr std::uint16_t kExtensible = 0xFFFE;
/// In RF64 and in streams: the size stands elsewhere, or nowhere.
constexpr std::uint32_t kUnknownSize = 0xFFFFFFFF;

std::uint64_t little_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = (value << 8U) | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

void append_little_endian(std::string& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<char>((value >> (8 * i)) & 255U));
}

Error not_wav(const std::string& why) { return {Errc::InvalidArgument, "not a WAV that can be cut: " + why}; }

Status read_format(std::string_view chunk, WavLayout& layout) {
  if (chunk.size() < 16) return not_wav("its fmt chunk is too short");
  auto tag = static_cast<std::uint16_t>(little_endian(chunk, 0, 2));
  // The real tag of WAVE_FORMAT_EXTENSIBLE begins its sub-format.
  if (tag == kExtensible && chunk.size() >= 26) tag = static_cast<std::uint16_t>(little_endian(chunk, 24, 2));
  if (tag != kPcm && tag != kFloat && tag != kALaw && tag != kMuLaw) {
    return not_wav("its encoding (format tag " + std::to_string(tag) + ") has no frames of fixed size");
  }
  const auto channels = little_endian(chunk, 2, 2);
  const auto bits = little_endian(chunk, 14, 2);
  layout.sample_rate = static_cast<std::uint32_t>(little_endian(chunk, 4, 4));
  layout.frame_bytes = static_cast<std::uint32_t>(little_endian(chunk, 12, 2));
  layout.format = chunk;
  if (layout.sample_rate == 0 || channels == 0 || layout.frame_bytes != channels * ((bits + 7) / 8)) {
    return not_wav("its fmt chunk contradicts itself");
  }
  return {};
}

/// Lhotse's compute_num_samples.
Result<std::uint64_t> frames_in(double seconds, std::uint32_t rate) {
  const double frames = std::floor(std::round(seconds * rate * 1e8) / 1e8 + 0.5);
  if (!(frames >= 0) || frames > 9e15) {
    return Error(Errc::InvalidArgument, show_seconds(seconds) + " is no time in a recording");
  }
  return static_cast<std::uint64_t>(frames);
}

}  // namespace

Result<std::optional<WavLayout>> parse_wav(std::string_view first_bytes, std::uint64_t file_bytes) {
  if (first_bytes.size() < 12) {
    if (file_bytes < 12) return not_wav("it has only " + std::to_string(file_bytes) + " bytes");
    return std::optional<WavLayout>();
  }
  const auto kind = first_bytes.substr(0, 4);
  if ((kind != "RIFF" && kind != "RF64") || first_bytes.substr(8, 4) != "WAVE")
    return not_wav("it does not begin with RIFF");
  WavLayout layout;
  std::optional<std::uint64_t> long_size;
  std::uint64_t at = 12;
  while (true) {
    if (at + 8 > file_bytes) return not_wav("it ends before its data chunk");
    if (at + 8 > first_bytes.size()) return std::optional<WavLayout>();
    const auto chunk = first_bytes.substr(static_cast<std::size_t>(at), 4);
    const auto size = little_endian(first_bytes, static_cast<std::size_t>(at) + 4, 4);
    const auto content = at + 8;
    if (chunk == "data") {
      if (layout.frame_bytes == 0) return not_wav("its data chunk comes before its fmt chunk");
      layout.data_offset = content;
      auto bytes = size;
      if (size == kUnknownSize || size == 0) bytes = long_size.value_or(size == 0 ? 0 : file_bytes);
      // A size of 0 before more bytes is a header that was never completed.
      if (bytes == 0) bytes = file_bytes;
      bytes = std::min(bytes, file_bytes - content);
      layout.data_bytes = bytes - bytes % layout.frame_bytes;
      return std::optional(std::move(layout));
    }
    if (chunk == "fmt " || chunk == "ds64") {
      if (size > 4096) return not_wav("a header chunk of " + std::to_string(size) + " bytes");
      if (content + size > first_bytes.size()) {
        if (content + size > file_bytes) return not_wav("it ends inside its header");
        return std::optional<WavLayout>();
      }
      const auto bytes = first_bytes.substr(static_cast<std::size_t>(content), static_cast<std::size_t>(size));
      if (chunk == "fmt ") {
        BRYO_CHECK(read_format(bytes, layout));
      } else if (bytes.size() >= 16) {
        long_size = little_endian(bytes, 8, 8);
      }
    }
    at = content + size + size % 2;
  }
}

Result<std::string> wav_header(const WavLayout& layout, std::uint64_t data_bytes) {
  const auto format_bytes = layout.format.size() + layout.format.size() % 2;
  const auto riff_bytes = 4 + 8 + format_bytes + 8 + data_bytes + data_bytes % 2;
  if (riff_bytes >= kUnknownSize) {
    return Error(Errc::TooLarge, "a slice of " + std::to_string(data_bytes) + " bytes does not fit in a WAV (4 GiB)");
  }
  std::string header = "RIFF";
  append_little_endian(header, riff_bytes, 4);
  header += "WAVEfmt ";
  append_little_endian(header, layout.format.size(), 4);
  header += layout.format;
  if (layout.format.size() % 2 != 0) header.push_back('\0');
  header += "data";
  append_little_endian(header, data_bytes, 4);
  return header;
}

Result<FrameRange> frames_of(double start, std::optional<double> duration, const WavLayout& layout) {
  const auto total = layout.data_bytes / layout.frame_bytes;
  BRYO_TRY(first, frames_in(start, layout.sample_rate));
  const auto recording = show_seconds(static_cast<double>(total) / layout.sample_rate);
  if (first >= total) {
    return Error(Errc::RangeNotSatisfiable, "it starts at " + show_seconds(start) + ", its recording has " + recording);
  }
  if (!duration) return FrameRange{first, total - first};
  BRYO_TRY(count, frames_in(*duration, layout.sample_rate));
  if (count == 0) return Error(Errc::InvalidArgument, "it is shorter than one sample");
  if (count > total - first + 1) {
    return Error(Errc::RangeNotSatisfiable,
                 "it ends at " + show_seconds(start + *duration) + ", its recording has " + recording);
  }
  return FrameRange{first, std::min(count, total - first)};
}

}  // namespace bryo::cli
