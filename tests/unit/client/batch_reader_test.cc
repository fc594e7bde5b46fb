#include <bryo/client/client.h>
#include <gtest/gtest.h>
#include <lz4frame.h>
#include <zlib.h>

#include <array>
#include <nlohmann/json.hpp>

#include "fake_server.h"
#include "tar_fixture.h"

namespace bryo::client {
namespace {

using nlohmann::json;

const std::string kLong(400, 'l');

BatchRequest request_of(std::vector<BatchEntry> entries, bool streaming = true) {
  return {.bucket = BucketName{.name = "b"}, .entries = std::move(entries), .streaming = streaming};
}

Client client_for(const FakeServer& server) {
  return *Client::open({.endpoint = server.url(), .retry = {.attempts = 1}});
}

struct Got {
  std::vector<std::pair<std::string, std::string>> members;
  std::vector<std::size_t> missing;
};

Result<Got> read_batch(const Client& client, const BatchRequest& request) {
  BRYO_TRY(reader, client.get_batch(request));
  Got got;
  while (true) {
    BRYO_TRY(item, reader.next());
    if (!item) return got;
    BRYO_TRY(content, reader.read_all());
    EXPECT_EQ(content.size(), item->size);
    EXPECT_EQ(item->index, got.members.size());
    if (item->missing) got.missing.push_back(item->index);
    got.members.emplace_back(item->name, content);
  }
}

std::string multipart(const json& metadata, std::string_view archive) {
  return "--BB\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n" + metadata.dump() + "\n\r\n--BB\r\n" +
         "Content-Disposition: form-data; name=\"archive\"; filename=\"get-batch[gbt-1]\"\r\n"
         "Content-Type: application/octet-stream\r\n\r\n" +
         std::string(archive) + "\r\n--BB--\r\n";
}

constexpr const char* kMultipartField = "Content-Type: multipart/mixed; boundary=BB\r\n";

std::string gzipped(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
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

TEST(BatchReader, StreamsInOrderInEveryFormat) {
  const auto archive = tar_file("b/o1", std::string(100'000, '1')) + tar_file("b/o2", "") +
                       tar_pax(pax_record("path", "b/" + kLong)) + tar_file("b/x", "3") + tar_file("b/o1", "again") +
                       tar_end();
  std::string packed(LZ4F_compressFrameBound(archive.size(), nullptr), '\0');
  packed.resize(LZ4F_compressFrame(packed.data(), packed.size(), archive.data(), archive.size(), nullptr));
  std::string body;
  FakeServer server([&](const SeenRequest&) { return chunked(body, 3000, "Content-Type: application/x-tar\r\n"); });
  for (const auto& [format, bytes] : std::vector<std::pair<ArchiveFormat, std::string>>{
           {ArchiveFormat::Tar, archive}, {ArchiveFormat::Tgz, gzipped(archive)}, {ArchiveFormat::TarLz4, packed}}) {
    body = bytes;
    auto request = request_of({{.object = "o1"}, {.object = "o2"}, {.object = kLong}, {.object = "o1"}});
    request.format = format;
    const auto got = read_batch(client_for(server), request);
    ASSERT_TRUE(got) << got.error().message();
    EXPECT_EQ(got->members,
              (std::vector<std::pair<std::string, std::string>>{
                  {"b/o1", std::string(100'000, '1')}, {"b/o2", ""}, {"b/" + kLong, "3"}, {"b/o1", "again"}}));
    EXPECT_TRUE(got->missing.empty());
    EXPECT_EQ(server.seen().back().target, "/v1/ml/moss/b?provider=ais");
    EXPECT_EQ(server.seen().back().method, "GET");
  }
  EXPECT_EQ(server.seen().size(), 3U);
}

TEST(BatchReader, RecognisesMissingEntriesByTheirExactName) {
  FakeServer server([](const SeenRequest&) {
    return chunked(tar_file("__404__/b/gone", "") + tar_file("__404__/b/s.tar/m", "") +
                       tar_file("__404__/b/t.tar", "") + tar_file("b/__404__/own", "") +
                       tar_file("__404__/b/x", "has bytes") + tar_end(),
                   1000);
  });
  auto request = request_of({{.object = "gone"},
                             {.object = "s.tar", .archpath = "m"},
                             {.object = "t.tar", .archpath = "m"},
                             {.object = "__404__/own"},
                             {.object = "x"}});
  request.continue_on_error = true;
  const auto got = read_batch(client_for(server), request);
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(got->missing, (std::vector<std::size_t>{0, 1, 2}));
}

TEST(BatchReader, ATrailerTellsWhyItEndedEarly) {
  const auto reason = R"({"tcode":"ErrNotFound","message":"t[x]: ais://b/o2 does not exist","status":404})";
  std::string trailers;
  std::string archive;
  FakeServer server([&](const SeenRequest&) { return chunked(archive, 700, "Trailer: Bryo-Error\r\n", trailers); });
  const auto request = request_of({{.object = "o1"}, {.object = "o2"}});
  const auto whole = tar_file("b/o1", "one");
  for (const auto& bytes : {whole + tar_end(), whole, tar_end(), std::string(), whole.substr(0, 600)}) {
    archive = bytes;
    trailers = std::string("Bryo-Error: ") + reason + "\r\n";
    const auto got = read_batch(client_for(server), request);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().message(), "t[x]: ais://b/o2 does not exist") << bytes.size();
    EXPECT_EQ(got.error().status(), 404);
    trailers.clear();
    const auto silent = read_batch(client_for(server), request);
    ASSERT_FALSE(silent);
    EXPECT_NE(silent.error().message(), "t[x]: ais://b/o2 does not exist");
  }
  archive = whole + tar_end();
  EXPECT_EQ(read_batch(client_for(server), request).error().message(), "the batch ended after 1 of 2 entries");
}

TEST(BatchReader, MoreMembersThanEntriesIsAnError) {
  FakeServer server(
      [](const SeenRequest&) { return chunked(tar_file("b/o", "1") + tar_file("b/o", "2") + tar_end(), 5000); });
  EXPECT_EQ(read_batch(client_for(server), request_of({{.object = "o"}})).error().message(),
            "the batch has more members than the 1 entries asked for");
}

TEST(BatchReader, ATornConnectionIsAnErrorAtEveryByte) {
  const auto archive = tar_file("b/o1", "one") + tar_file("b/o2", std::string(600, '2')) + tar_end();
  std::size_t size = 0;
  FakeServer server([&](const SeenRequest&) {
    Reply answer{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n" + archive.substr(0, size), true};
    return answer;
  });
  const auto client = client_for(server);
  for (size = 0; size < archive.size(); size += 97) {
    const auto got = read_batch(client, request_of({{.object = "o1"}, {.object = "o2"}}));
    ASSERT_FALSE(got) << size;
    EXPECT_EQ(got.error().code(), Errc::Io) << got.error().message();
  }
}

TEST(BatchReader, BufferedAnswersCarryMetadata) {
  const auto metadata = json::parse(R"({"uuid":"gbt-1","out":[
    {"objname":"o1","bucket":"b","provider":"ais","opaque":"+/8BeA==","size":3},
    {"objname":"s.tar","archpath":"m","bucket":"b","provider":"ais","err_msg":"t[x]: m in ais://b/s.tar does not exist","size":0}]})");
  const auto archive = tar_file("b/o1", "one") + tar_file("__404__/b/s.tar/m", "") + tar_end();
  FakeServer server([&](const SeenRequest&) { return chunked(multipart(metadata, archive), 100, kMultipartField); });
  auto request = request_of({{.object = "o1"}, {.object = "s.tar", .archpath = "m"}}, false);
  auto reader = client_for(server).get_batch(request);
  ASSERT_TRUE(reader) << reader.error().message();
  EXPECT_EQ(reader->job(), "gbt-1");
  ASSERT_EQ(reader->outcomes().size(), 2U);
  EXPECT_EQ(reader->outcomes()[1].archpath, "m");
  const auto first = reader->next();
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->opaque, "\xfb\xff\x01x");
  EXPECT_FALSE((*first)->missing);
  EXPECT_EQ(*reader->read_all(), "one");
  const auto second = reader->next();
  ASSERT_TRUE(second && *second);
  EXPECT_TRUE((*second)->missing);
  EXPECT_EQ((*second)->error, "t[x]: m in ais://b/s.tar does not exist");
  const auto end = reader->next();
  ASSERT_TRUE(end) << end.error().message();
  EXPECT_FALSE(end->has_value());
}

TEST(BatchReader, DamagedMultipartIsAnErrorAtEveryByte) {
  const auto metadata = json::parse(R"({"uuid":"g","out":[{"objname":"o1","bucket":"b","provider":"ais","size":3}]})");
  const auto whole = multipart(metadata, tar_file("b/o1", "one") + tar_end());
  std::size_t size = 0;
  FakeServer server([&](const SeenRequest&) { return chunked(whole.substr(0, size), 5000, kMultipartField); });
  const auto client = client_for(server);
  for (size = 0; size + 4 < whole.size(); size += size < 400 ? 1 : 53) {
    EXPECT_FALSE(read_batch(client, request_of({{.object = "o1"}}, false))) << size;
  }
  size = whole.size();
  EXPECT_TRUE(read_batch(client, request_of({{.object = "o1"}}, false)));
}

TEST(BatchReader, BufferedMeansMultipart) {
  std::string body = "[]";
  std::string field = "Content-Type: application/x-tar\r\n";
  FakeServer server([&](const SeenRequest&) { return chunked(body, 100, field); });
  const auto request = request_of({{.object = "o"}}, false);
  EXPECT_NE(read_batch(client_for(server), request).error().message().find("instead of multipart/mixed"),
            std::string::npos);
  field = kMultipartField;
  for (const auto& [metadata, message] : std::vector<std::pair<json, std::string>>{
           {json::array(), "describe 0 of 1"}, {{{"out", json::array()}}, "describe 0 of 1"}}) {
    body = multipart(metadata, tar_end());
    const auto got = read_batch(client_for(server), request);
    ASSERT_FALSE(got);
    EXPECT_NE(got.error().message().find(message), std::string::npos) << got.error().message();
  }
}

TEST(BatchReader, CopiesTheArchiveByteForByte) {
  class Collect final : public ByteSink {
   public:
    Status write(std::span<const std::byte> bytes) override {
      all += text_of(bytes);
      return {};
    }
    std::string all;
  };
  const auto archive =
      tar_file("b/o1", std::string(5000, 'x')) + tar_file("__404__/b/o2", "") + tar_end() + std::string(9 * 1024, '\0');
  std::string trailers;
  std::string body = archive;
  FakeServer server([&](const SeenRequest&) { return chunked(body, 4096, "", trailers); });
  const auto client = client_for(server);
  auto request = request_of({{.object = "o1"}, {.object = "o2"}});
  Collect sink;
  std::vector<std::string> missing;
  const auto copied = client.get_batch(request)->copy_archive(sink, [&](const BatchItem& item) {
    if (item.missing) missing.push_back(item.name);
  });
  ASSERT_TRUE(copied) << copied.error().message();
  EXPECT_EQ(*copied, archive.size());
  EXPECT_EQ(sink.all, archive);
  EXPECT_EQ(missing, std::vector<std::string>{"__404__/b/o2"});

  body = "PK\x03\x04 any bytes at all";
  request.format = ArchiveFormat::Zip;
  Collect zip;
  ASSERT_TRUE(client.get_batch(request)->copy_archive(zip));
  EXPECT_EQ(zip.all, body);
  EXPECT_EQ(client.get_batch(request)->next().error().code(), Errc::Unsupported);
  trailers = "Bryo-Error: disk failed\r\n";
  Collect failed;
  EXPECT_EQ(client.get_batch(request)->copy_archive(failed).error().message(), "disk failed");
}

TEST(BatchReader, AFullSinkIsTheError) {
  class Full final : public ByteSink {
    Status write(std::span<const std::byte>) override { return Error(Errc::OutOfSpace, "no room"); }
  };
  FakeServer server([](const SeenRequest&) { return chunked(tar_file("b/o", "x") + tar_end(), 100); });
  Full sink;
  EXPECT_EQ(client_for(server).get_batch(request_of({{.object = "o"}}))->copy_archive(sink).error().message(),
            "no room");
}

TEST(BatchReader, ARefusedBatchFailsAtOnce) {
  FakeServer server([](const SeenRequest&) {
    return reply(404, R"({"tcode":"ErrBckNotFound","message":"bucket \"ais://b\" does not exist","status":404})");
  });
  const auto refused = client_for(server).get_batch(request_of({{.object = "o"}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().tcode(), "ErrBckNotFound");
}

}  // namespace
}  // namespace bryo::client
