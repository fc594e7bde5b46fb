#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bryo::cli {

inline std::string le(std::uint64_t value, int size) {
  std::string out;
  for (int i = 0; i < size; ++i) out.push_back(i < 8 ? static_cast<char>((value >> (8 * i)) & 255U) : char{0});
  return out;
}

inline std::string fmt_chunk(unsigned tag, unsigned channels, unsigned rate, unsigned bits) {
  const unsigned frame = channels * bits / 8;
  return "fmt " + le(16, 4) + le(tag, 2) + le(channels, 2) + le(rate, 4) + le(rate * frame, 4) + le(frame, 2) +
         le(bits, 2);
}

/// A WAV of `samples` bytes of data, with `before` between fmt and data.
inline std::string make_wav(std::string_view samples, unsigned channels = 1, unsigned rate = 8000, unsigned bits = 16,
                            std::string_view before = {}) {
  const auto chunks =
      fmt_chunk(1, channels, rate, bits) + std::string(before) + "data" + le(samples.size(), 4) + std::string(samples);
  return "RIFF" + le(chunks.size() + 4, 4) + "WAVE" + chunks;
}

}  // namespace bryo::cli
