#include "sdk/cli/wav_archive.h"

#include <bryo/client/tar_reader.h>
#include <gtest/gtest.h>

#include "../client/fake_server.h"
#include "../client/piecewise_input.h"
#include "../client/tar_fixture.h"
#include "sdk/cli/console.h"
#include "wav_fixture.h"

namespace bryo::cli {
namespace {

using client::ArchiveFormat;

class Collected final : public client::ByteSink {
 public:
  Status write(std::span<const std::byte> bytes) override {
    all += client::text_of(bytes);
    return {};
  }
  std::string all;
};

std::vector<std::pair<std::string, std::string>> members_of(const std::string& archive, ArchiveFormat format) {
  client::PiecewiseInput packed(archive, 1000);
  const auto input = client::decompress(packed, client::compression_of(format));
  client::TarReader tar(*input);
  std::vector<std::pair<std::string, std::string>> members;
  while (true) {
    const auto member = tar.next();
    EXPECT_TRUE(member) << member.error().message();
    if (!member || !*member) return members;
    std::string content((*member)->size, '\0');
    std::size_t have = 0;
    while (have < content.size()) {
      have += *tar.read(std::as_writable_bytes(std::span(content)).subspan(have));
    }
    members.emplace_back((*member)->name, content);
  }
}

TEST(WavArchive, EverySliceIsAWavOfItsOwn) {
  client::FakeServer server([](const client::SeenRequest&) {
    return client::chunked(client::tar_file("b/x.wav", "0123") + client::tar_file("__404__/b/y.wav", "") +
                               client::tar_file("b/z.wav", "abc") + client::tar_end(),
                           300);
  });
  const auto client = *client::Client::open({.endpoint = server.url()});
  const auto layout = **parse_wav(make_wav("0123456789", 1, 1000, 16), 54);
  const auto bytes_layout = **parse_wav(make_wav("0123456789", 1, 1000, 8), 54);
  const std::string long_id(300, 'c');
  LhotseBatch batch;
  batch.request.bucket = BucketName{.name = "b"};
  batch.request.entries = {{.object = "x.wav"}, {.object = "y.wav"}, {.object = "z.wav"}};
  batch.slices = {{.name = "one.wav", .layout = layout},
                  {.name = "two.wav", .layout = layout},
                  {.name = "bad.wav", .failed = Error(Errc::InvalidArgument, "cut \"bad\": why")},
                  {.name = long_id + "/\xc3\xbc.wav", .layout = bytes_layout}};
  batch.asked = {0, 1, 3};
  Console console;
  for (const auto format : {ArchiveFormat::Tar, ArchiveFormat::Tgz, ArchiveFormat::TarLz4}) {
    Collected sink;
    Progress progress(console, "slices", 4, 0);
    const auto written = write_wav_archive(client, batch, format, sink, progress);
    ASSERT_TRUE(written) << written.error().message();
    EXPECT_EQ(written->bytes, 7U);
    EXPECT_EQ(written->missing, (std::vector<std::string>{"two.wav: __404__/b/y.wav", "cut \"bad\": why"}));
    const auto members = members_of(sink.all, format);
    ASSERT_EQ(members.size(), 4U);
    EXPECT_EQ(members[0], (std::pair<std::string, std::string>{"one.wav", make_wav("0123", 1, 1000, 16)}));
    EXPECT_EQ(members[1], (std::pair<std::string, std::string>{"__404__/two.wav", ""}));
    EXPECT_EQ(members[2], (std::pair<std::string, std::string>{"__404__/bad.wav", ""}));
    EXPECT_EQ(members[3].first, long_id + "/\xc3\xbc.wav");
    const auto odd = make_wav("abc", 1, 1000, 8);
    EXPECT_EQ(members[3].second.substr(44), "abc" + std::string(1, '\0')) << "an odd data chunk is padded";
    EXPECT_EQ(members[3].second.substr(8, 36), odd.substr(8, 36));
    EXPECT_EQ(members[3].second.substr(4, 4), le(members[3].second.size() - 8, 4));
  }
}

TEST(WavArchive, AShortBatchIsAnError) {
  client::FakeServer server([](const client::SeenRequest&) {
    return client::chunked(client::tar_end(), 300, "", "Bryo-Error: the disk failed\r\n");
  });
  const auto client = *client::Client::open({.endpoint = server.url()});
  LhotseBatch batch;
  batch.request.bucket = BucketName{.name = "b"};
  batch.request.entries = {{.object = "x.wav"}};
  batch.slices = {{.name = "x.wav"}};
  Collected sink;
  Console console;
  Progress progress(console, "slices", 1, 0);
  EXPECT_EQ(write_wav_archive(client, batch, ArchiveFormat::Tar, sink, progress).error().message(), "the disk failed");
}

}  // namespace
}  // namespace bryo::cli
