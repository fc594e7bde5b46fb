#include "sdk/cli/lhotse_batch.h"

#include <gtest/gtest.h>

#include <charconv>

#include "../client/fake_server.h"
#include "wav_fixture.h"

namespace bryo::cli {
namespace {

using client::FakeServer;
using client::Reply;
using client::SeenRequest;

/// Serves ranges of one WAV: 1000 Hz, 16 bit, 2 s; with 9000 bytes of tags before the samples under /tagged.
Reply serve_wav(const SeenRequest& request) {
  static const auto plain = make_wav(std::string(4000, 's'), 1, 1000);
  static const auto tagged =
      make_wav(std::string(4000, 's'), 1, 1000, 16, "LIST" + le(9000, 4) + std::string(9000, 'l'));
  if (request.target.find("gone") != std::string::npos) {
    return client::reply(404, R"({"tcode":"ErrNotFound","message":"t[x]: ais://b/gone does not exist","status":404})");
  }
  if (request.target.find("text") != std::string::npos) {
    return client::reply(206, "plain text, long enough", "Content-Range: bytes 0-22/23\r\n");
  }
  const auto& wav = request.target.find("tagged") != std::string::npos ? tagged : plain;
  const auto range = request.header("Range");
  if (range.empty()) return client::reply(200, wav);
  if (request.target.find("archpath") != std::string::npos) {
    return client::reply(400, R"({"tcode":"ErrUnsupp","message":"range and archpath","status":400})");
  }
  std::size_t last = 0;
  const auto dash = range.find('-');
  std::from_chars(range.data() + dash + 1, range.data() + range.size(), last);
  const auto part = wav.substr(0, last + 1);
  return client::reply(
      206, part,
      "Content-Range: bytes 0-" + std::to_string(part.size() - 1) + "/" + std::to_string(wav.size()) + "\r\n");
}

CutSource source(std::string object, double start, double duration, std::string archpath = {}) {
  return {.bucket = {.name = "b"},
          .object = std::move(object),
          .archpath = std::move(archpath),
          .start = start,
          .duration = duration};
}

class LhotseBatchTest : public testing::Test {
 protected:
  Result<LhotseBatch> plan(const std::vector<Cut>& cuts, LhotseOptions options) {
    return plan_batch(cuts, options, headers_, {});
  }
  FakeServer server_{serve_wav};
  WavHeaders headers_{*client::Client::open({.endpoint = server_.url(), .retry = {.attempts = 1}})};
};

TEST_F(LhotseBatchTest, WithoutARateWholeObjectsAndNoRequests) {
  const auto batch =
      plan({{"a", {source("x.wav", 1, 1), source("s.tar", 0, 1, "m.wav")}}, {"b", {source("gone", 0, 9)}}}, {});
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->request.entries.size(), 3U);
  EXPECT_EQ(batch->request.entries[1].archpath, "m.wav");
  for (const auto& entry : batch->request.entries) EXPECT_EQ(entry.range, client::ByteRange{});
  EXPECT_TRUE(server_.seen().empty());
}

TEST_F(LhotseBatchTest, SlicesAreByteRangesOfWholeFrames) {
  const auto batch = plan({{"a", {source("x.wav", 0.25, 0.5)}},
                           {"b", {source("x.wav", 1.5, 0.5), source("tagged.wav", 0, 2)}},
                           {"../evil", {source("s.tar", 0, 0.001, "m.wav")}}},
                          {.sample_rate = 1000});
  ASSERT_TRUE(batch) << batch.error().message();
  ASSERT_EQ(batch->request.entries.size(), 4U);
  EXPECT_EQ(batch->request.entries[0].range, (client::ByteRange{44 + 500, 1000}));
  EXPECT_EQ(batch->request.entries[1].range, (client::ByteRange{44 + 3000, 1000}));
  EXPECT_EQ(batch->request.entries[2].range, (client::ByteRange{44 + 9008, 4000}));
  EXPECT_EQ(batch->request.entries[3].range, (client::ByteRange{44, 2}));
  EXPECT_EQ(batch->slices[0].name, "a.wav");
  EXPECT_EQ(batch->slices[1].name, "b.wav");
  EXPECT_EQ(batch->slices[2].name, "b-1.wav");
  EXPECT_EQ(batch->slices[3].name, "cut.wav") << "no name leads out of the folder";
}

TEST_F(LhotseBatchTest, HeadersAreReadOnce) {
  LhotseOptions options{.sample_rate = 1000, .workers = 1};
  std::vector<Cut> cuts;
  for (int i = 0; i < 50; ++i) cuts.push_back({std::to_string(i), {source("x.wav", 0, 1)}});
  ASSERT_TRUE(plan(cuts, options));
  ASSERT_TRUE(plan(cuts, options));
  EXPECT_EQ(server_.seen().size(), 1U);
}

TEST_F(LhotseBatchTest, TheFirstBadCutFails) {
  struct Case {
    Cut cut;
    std::int64_t rate;
    const char* message;
  };
  for (const Case& c : std::to_array<Case>({
           {{"c", {source("gone", 0, 1)}}, 1000, "cut \"c\": t[x]: ais://b/gone does not exist"},
           {{"c", {source("text", 0, 1)}},
            1000,
            "cut \"c\": ais://b/text is not a WAV that can be cut: it does not begin with RIFF"},
           {{"c", {source("x.wav", 0, 1)}},
            16000,
            "cut \"c\": ais://b/x.wav has 1000 samples a second, --sample-rate says 16000"},
           {{"c", {source("x.wav", 1.5, 1)}}, 1000, "cut \"c\": it ends at 2.5 s, its recording has 2 s"},
       })) {
    const auto batch = plan({c.cut}, {.sample_rate = c.rate});
    ASSERT_FALSE(batch) << c.message;
    EXPECT_EQ(batch.error().message(), c.message);
  }
}

TEST_F(LhotseBatchTest, OrIsMarkedWhenContinuing) {
  const auto batch =
      plan({{"a", {source("gone", 0, 1)}}, {"b", {source("x.wav", 0, 1)}}, {"c", {source("text", 0, 1)}}},
           {.sample_rate = 1000, .continue_on_error = true});
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->asked, std::vector<std::size_t>{1});
  EXPECT_TRUE(batch->slices[0].failed);
  EXPECT_FALSE(batch->slices[1].failed);
  EXPECT_TRUE(batch->slices[2].failed);
  const auto raw = plan({{"a", {source("gone", 0, 1)}}, {"b", {source("x.wav", 0, 1)}}},
                        {.sample_rate = 1000, .raw = true, .continue_on_error = true});
  ASSERT_TRUE(raw);
  EXPECT_EQ(raw->request.entries.size(), 2U) << "the server marks the missing one";
  EXPECT_FALSE(plan({{"c", {source("text", 0, 1)}}}, {.sample_rate = 1000, .raw = true, .continue_on_error = true}));
}

}  // namespace
}  // namespace bryo::cli
