#include "sdk/cli/wav.h"

#include <gtest/gtest.h>

#include <array>

#include "wav_fixture.h"

namespace bryo::cli {
namespace {

WavLayout layout_of(const std::string& wav) {
  auto layout = parse_wav(wav, wav.size());
  EXPECT_TRUE(layout && *layout) << (layout ? "unfinished" : layout.error().message());
  return layout && *layout ? **layout : WavLayout{};
}

TEST(Wav, FindsTheSamples) {
  const auto plain = layout_of(make_wav(std::string(1000, 's')));
  EXPECT_EQ(plain.sample_rate, 8000U);
  EXPECT_EQ(plain.frame_bytes, 2U);
  EXPECT_EQ(plain.data_offset, 44U);
  EXPECT_EQ(plain.data_bytes, 1000U);
  const auto tagged = layout_of(make_wav("123456", 2, 48000, 16, "LIST" + le(3, 4) + "abc" + std::string(1, '\0')));
  EXPECT_EQ(tagged.frame_bytes, 4U);
  EXPECT_EQ(tagged.data_offset, 44U + 12U) << "an odd chunk is padded";
  EXPECT_EQ(tagged.data_bytes, 4U) << "whole frames only";
  EXPECT_EQ(layout_of(make_wav("123456", 1, 8000, 24)).frame_bytes, 3U);
}

TEST(Wav, SizesThatAreNotTrue) {
  auto streamed = make_wav(std::string(1000, 's'));
  streamed.replace(40, 4, le(0xFFFFFFFF, 4));
  EXPECT_EQ(layout_of(streamed).data_bytes, 1000U);
  streamed.replace(40, 4, le(0, 4));
  EXPECT_EQ(layout_of(streamed).data_bytes, 1000U);
  streamed.replace(40, 4, le(5000, 4));
  EXPECT_EQ(layout_of(streamed).data_bytes, 1000U);
  const auto big = "RF64" + le(0xFFFFFFFF, 4) + "WAVEds64" + le(28, 4) + le(0, 8) + le(600, 8) + le(0, 12) +
                   fmt_chunk(1, 1, 8000, 16) + "data" + le(0xFFFFFFFF, 4) + std::string(1000, 's');
  EXPECT_EQ(layout_of(big).data_bytes, 600U);
}

TEST(Wav, AsksForMoreUntilItKnows) {
  const auto wav = make_wav(std::string(100, 's'), 1, 8000, 16, "LIST" + le(200, 4) + std::string(200, 'l'));
  const auto data = wav.find("data") + 8;
  for (std::size_t have = 0; have < data; ++have) {
    const auto layout = parse_wav(std::string_view(wav).substr(0, have), wav.size());
    ASSERT_TRUE(layout) << have << ": " << layout.error().message();
    EXPECT_FALSE(layout->has_value()) << have;
  }
  EXPECT_TRUE(parse_wav(std::string_view(wav).substr(0, data), wav.size())->has_value());
}

TEST(Wav, CutShortIsAnErrorAtEveryByte) {
  const auto wav = make_wav(std::string(100, 's'));
  for (std::size_t size = 0; size < 44; ++size) {
    EXPECT_FALSE(parse_wav(std::string_view(wav).substr(0, size), size)) << size;
  }
}

TEST(Wav, RefusesWhatHasNoFrames) {
  const auto with_fmt = [](const std::string& fmt) {
    return "RIFF" + le(100, 4) + "WAVE" + fmt + "data" + le(4, 4) + "abcd";
  };
  struct Case {
    std::string file;
    const char* why;
  };
  auto contradiction = fmt_chunk(1, 2, 8000, 16);
  contradiction.replace(20, 2, le(3, 2));
  for (const Case& c : std::to_array<Case>({
           {"fLaC" + std::string(100, 'x'), "it does not begin with RIFF"},
           {with_fmt(fmt_chunk(2, 1, 8000, 16)), "its encoding (format tag 2) has no frames of fixed size"},
           {with_fmt(fmt_chunk(0x31, 1, 8000, 16)), "its encoding (format tag 49) has no frames of fixed size"},
           {with_fmt(contradiction), "its fmt chunk contradicts itself"},
           {with_fmt(fmt_chunk(1, 1, 0, 16)), "its fmt chunk contradicts itself"},
           {with_fmt("fmt " + le(4, 4) + "abcd"), "its fmt chunk is too short"},
           {with_fmt("fmt " + le(1 << 20, 4) + std::string(1 << 20, 'f')), "a header chunk of 1048576 bytes"},
           {with_fmt(""), "its data chunk comes before its fmt chunk"},
       })) {
    const auto layout = parse_wav(c.file, c.file.size());
    ASSERT_FALSE(layout) << c.why;
    EXPECT_EQ(layout.error().message(), std::string("not a WAV that can be cut: ") + c.why);
  }
}

TEST(Wav, HeaderMakesAReadableWavAgain) {
  const auto samples = std::string(90, 's');
  const auto layout = layout_of(make_wav(std::string(1000, 'x'), 3, 44100, 24));
  const auto header = wav_header(layout, samples.size());
  ASSERT_TRUE(header);
  EXPECT_EQ(header->size(), 44U);
  const auto again = layout_of(*header + samples);
  EXPECT_EQ(again.sample_rate, 44100U);
  EXPECT_EQ(again.frame_bytes, 9U);
  EXPECT_EQ(again.data_bytes, 90U);
  EXPECT_EQ(*header + samples, make_wav(samples, 3, 44100, 24));
  EXPECT_EQ(wav_header(layout, std::uint64_t{1} << 32).error().code(), Errc::TooLarge);
}

TEST(Wav, CutsRoundAsLhotseDoes) {
  WavLayout layout{.format = {}, .sample_rate = 1000, .frame_bytes = 2, .data_offset = 44, .data_bytes = 20'000};
  struct Case {
    double start;
    std::optional<double> duration;
    std::uint64_t first;
    std::uint64_t count;
  };
  for (const Case& c : std::to_array<Case>({
           {1.7, 2.9, 1700, 2900},
           {0, 0.5, 0, 500},
           {0.0005, 0.0005, 1, 1},  // half up
           {0.00049, 0.001, 0, 1},
           {2.675, 0.0025, 2675, 3},  // 2.5 in binary just below or above is still 2.5
           {9, {}, 9000, 1000},
           {0, 10, 0, 10'000},
           {0, 10.001, 0, 10'000},  // one late by rounding
           {9.999, 0.002, 9999, 1},
       })) {
    const auto frames = frames_of(c.start, c.duration, layout);
    ASSERT_TRUE(frames) << c.start << ": " << frames.error().message();
    EXPECT_EQ(frames->first, c.first) << c.start;
    EXPECT_EQ(frames->count, c.count) << c.start;
  }
  EXPECT_EQ(frames_of(10, {}, layout).error().message(), "it starts at 10 s, its recording has 10 s");
  EXPECT_EQ(frames_of(5, 5.5, layout).error().message(), "it ends at 10.5 s, its recording has 10 s");
  EXPECT_EQ(frames_of(1e300, {}, layout).error().message(), "1e+300 s is no time in a recording");
  EXPECT_EQ(frames_of(5, 0.0, layout).error().message(), "it is shorter than one sample");
  EXPECT_FALSE(frames_of(1e300, {}, layout));
}

}  // namespace
}  // namespace bryo::cli
