#include "sdk/cli/lhotse_cuts.h"

#include <gtest/gtest.h>
#include <lz4frame.h>
#include <stdlib.h>
#include <zlib.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace bryo::cli {
namespace {

namespace fs = std::filesystem;

TEST(LhotseCuts, ReadsEverySource) {
  const auto cut = parse_cut(R"({"id":"c1","start":1.5,"duration":2,"channel":0,"type":"MonoCut","recording":{"id":"r",
    "sources":[{"type":"url","channels":[0],"source":"ais://b/a.wav"},{"source":"b/s.tar.gz/x/y.wav"}],
    "sampling_rate":16000}})");
  ASSERT_TRUE(cut) << cut.error().message();
  EXPECT_EQ(cut->id, "c1");
  ASSERT_EQ(cut->sources.size(), 2U);
  EXPECT_EQ(cut->sources[0].object, "a.wav");
  EXPECT_EQ(cut->sources[0].start, 1.5);
  EXPECT_EQ(cut->sources[0].duration, 2.0);
  EXPECT_EQ(cut->sources[1].object, "s.tar.gz");
  EXPECT_EQ(cut->sources[1].archpath, "x/y.wav");
}

TEST(LhotseCuts, OlderSpellingsAndMixedCuts) {
  EXPECT_EQ(parse_cut(R"({"id":"c","recording":{"path":"s3://b/p.wav"}})")->sources[0].bucket.provider, "aws");
  const auto old = parse_cut(R"({"id":"c","audio_source":"b/q.wav"})");
  ASSERT_TRUE(old);
  EXPECT_EQ(old->sources[0].object, "q.wav");
  EXPECT_EQ(old->sources[0].duration, std::nullopt);
  const auto mixed = parse_cut(R"({"id":"m","type":"MixedCut","tracks":[
    {"cut":{"id":"x","type":"MonoCut","start":1,"duration":1,"recording":{"sources":[{"source":"b/1.wav"}]}},"offset":0},
    {"cut":{"id":"p","type":"PaddingCut","duration":3},"offset":1},
    {"cut":{"id":"y","type":"MonoCut","start":5,"duration":2,"recording":{"sources":[{"source":"b/2.wav"}]}},"offset":4}]})");
  ASSERT_TRUE(mixed) << mixed.error().message();
  ASSERT_EQ(mixed->sources.size(), 2U);
  EXPECT_EQ(mixed->sources[1].object, "2.wav");
  EXPECT_EQ(mixed->sources[1].start, 5);
}

TEST(LhotseCuts, SaysWhatIsWrong) {
  struct Case {
    const char* line;
    const char* message;
  };
  for (const Case& c : std::to_array<Case>({
           {"", "not a cut: expected a JSON object"},
           {"[]", "not a cut: expected a JSON object"},
           {"{\"id\":", "not a cut: expected a JSON object"},
           {R"({"id":"c"})", "cut \"c\": no recording.sources[].source, recording.path or audio_source"},
           {R"({"id":"c","recording":{"sources":[{"source":7}]}})",
            "cut \"c\": no recording.sources[].source, recording.path or audio_source"},
           {R"({"id":"c","audio_source":"ais://b"})", "cut \"c\": its source \"ais://b\" names no object"},
           {R"({"id":"c","start":"1","audio_source":"b/o"})", "cut \"c\": \"start\" is not a number of seconds"},
           {R"({"id":"c","duration":-1,"audio_source":"b/o"})", "cut \"c\": \"duration\" is not a number of seconds"},
           {R"({"id":"c","tracks":[{"cut":{"type":"PaddingCut"}}]})", "cut \"c\": all of its tracks are padding"},
       })) {
    const auto cut = parse_cut(c.line);
    ASSERT_FALSE(cut) << c.line;
    EXPECT_EQ(cut.error().message(), c.message);
  }
  EXPECT_FALSE(parse_cut(R"({"id":"c","audio_source":"/data/local.wav"})"));
  EXPECT_FALSE(parse_cut(R"({"id":"c","audio_source":"https://host/x.wav"})"));
}

class CutReaderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "bryo-cuts-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string file(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return (folder_ / name).string();
  }
  static Result<std::vector<std::string>> ids(const std::string& path) {
    BRYO_TRY(reader, CutReader::open(path));
    std::vector<std::string> all;
    while (true) {
      BRYO_TRY(cut, reader.next());
      if (!cut) return all;
      all.push_back(cut->id);
    }
  }
  fs::path folder_;
};

std::string gzip_of(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

TEST_F(CutReaderTest, PlainAndPackedBySuffixOrMagic) {
  std::string text;
  std::vector<std::string> expected;
  for (int i = 0; i < 3000; ++i) {
    expected.push_back("cut-" + std::to_string(i));
    text += R"({"id":")" + expected.back() + R"(","audio_source":"b/o"})" + (i % 7 == 0 ? "\r\n\n" : "\n");
  }
  text.pop_back();  // the last line has no end
  std::string packed(LZ4F_compressFrameBound(text.size(), nullptr), '\0');
  packed.resize(LZ4F_compressFrame(packed.data(), packed.size(), text.data(), text.size(), nullptr));
  for (const auto& path : {file("a.jsonl", text), file("a.jsonl.gz", gzip_of(text)), file("a.gzip", gzip_of(text)),
                           file("magic", gzip_of(text)), file("a.lz4", packed), file("magic.jsonl", packed)}) {
    const auto got = ids(path);
    ASSERT_TRUE(got) << path << ": " << got.error().message();
    EXPECT_EQ(*got, expected) << path;
  }
}

TEST_F(CutReaderTest, ErrorsNameTheLine) {
  const auto good = R"({"id":"c","audio_source":"b/o"})";
  const auto path = file("c.jsonl", std::string(good) + "\n\nnonsense\n");
  EXPECT_EQ(ids(path).error().message(), path + " line 3: not a cut: expected a JSON object");
  const auto cut_short = file("c.jsonl.gz", gzip_of(std::string(good) + "\n").substr(0, 30));
  EXPECT_EQ(ids(cut_short).error().message(), cut_short + ": the gzip data stops early");
  const auto endless = file("long.jsonl", std::string((std::size_t{16} << 20) + 70'000, ' '));
  EXPECT_EQ(ids(endless).error().message(), endless + " line 1: longer than 16 MiB");
  EXPECT_FALSE(ids((folder_ / "absent").string()));
  EXPECT_TRUE(ids(file("empty", ""))->empty());
}

}  // namespace
}  // namespace bryo::cli
