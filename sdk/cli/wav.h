#pragma once

/// WAV headers: enough of them to cut samples out of a file, and to put a header before them again. Pure.

#include <bryo/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bryo::cli {

struct WavLayout {
  std::string format;             ///< the bytes of the fmt chunk, which a new header repeats
  std::uint32_t sample_rate = 0;  ///< frames per second
  std::uint32_t frame_bytes = 0;  ///< one sample of every channel
  std::uint64_t data_offset = 0;  ///< of the first frame in the file
  std::uint64_t data_bytes = 0;   ///< whole frames
};

/// Reads the chunks up to the samples; nothing = `first_bytes` end before them. RIFF and RF64, integer and float PCM,
/// A-law and mu-law. `file_bytes` bounds a data chunk that says more than there is (files written to a pipe do). Fails
/// if the file is no WAV, or one whose frames have no fixed size (ADPCM, GSM).
Result<std::optional<WavLayout>> parse_wav(std::string_view first_bytes, std::uint64_t file_bytes);

/// A header before `data_bytes` bytes of the layout's frames. Fails at 4 GiB, which a WAV cannot say.
Result<std::string> wav_header(const WavLayout& layout, std::uint64_t data_bytes);

struct FrameRange {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

/// The frames of a cut, rounded as Lhotse rounds (half up, after eight digits): 1.7 s at 1000 Hz is frame 1700. Without
/// a duration: to the end. A cut may end up to one frame late by rounding; it then ends with the file. Fails if the cut
/// has no frame, or leaves the recording.
Result<FrameRange> frames_of(double start, std::optional<double> duration, const WavLayout& layout);

}  // namespace bryo::cli
