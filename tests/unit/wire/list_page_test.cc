#include <kernel/wire/list_page.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace bryo::kernel {
namespace {

std::string base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    }
    for (int k = 0; k < 4; ++k) {
      const bool padding = i + static_cast<std::size_t>(k) > bytes.size();
      out.push_back(padding ? '=' : kAlphabet[group >> (18 - 6 * k) & 63]);
    }
  }
  return out;
}

// Recorded: sdk-2.0.0, list_objects(flags NO_RECURSION). Sizes past 127 are signed, flags past 127 unsigned.
TEST(ListPage, MsgpackIsByteForByteTheRecordedOne) {
  const ListReply reply{.uuid = "EKJ23JzWL",
                        .continuation_token = "",
                        .entries = {{.name = "app", .size = 11, .flags = 64},
                                    {.name = "copy-of-hello", .size = 12, .flags = 64},
                                    {.name = "dir/", .flags = 256},
                                    {.name = "empty", .flags = 64},
                                    {.name = "f.bin", .size = 16384, .flags = 64},
                                    {.name = "lst/", .flags = 256},
                                    {.name = "mpt", .size = 30000, .flags = 8256},
                                    {.name = "shard.tar", .size = 10240, .flags = 64},
                                    {.name = "sp ace/", .flags = 256}}};
  EXPECT_EQ(base64(list_msgpack(reply)),
            "hKRVVUlEqUVLSjIzSnpXTLFDb250aW51YXRpb25Ub2tlbqCnRW50cmllc5mDoW6jYXBwoXMLoWZAg6FurWNvcHktb2YtaGVsbG+hcwyhZk"
            "CCoW6kZGlyL6FmzQEAgqFupWVtcHR5oWZAg6FupWYuYmluoXPRQAChZkCCoW6kbHN0L6FmzQEAg6Fuo21wdKFz0XUwoWbNIECDoW6pc2hh"
            "cmQudGFyoXPRKAChZkCCoW6nc3AgYWNlL6FmzQEApUZsYWdzAA==");
}

TEST(ListPage, MsgpackOfAnEmptyListingIsTheRecordedOne) {
  EXPECT_EQ(base64(list_msgpack({.uuid = "HxJ8oJJWv"})),
            "hKRVVUlEqUh4SjhvSkpXdrFDb250aW51YXRpb25Ub2tlbqCnRW50cmllc5ClRmxhZ3MA");
}

TEST(ListPage, MsgpackReadsBackWhateverTheSizes) {
  ListReply reply{.uuid = "u", .continuation_token = std::string(40, 't')};
  for (const std::uint64_t size : {std::uint64_t{1}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{32767},
                                   std::uint64_t{32768}, std::uint64_t{1} << 31, std::uint64_t{1} << 40}) {
    reply.entries.push_back({.name = std::string(size % 70'000, 'n'), .size = size, .copies = 1, .flags = 64});
  }
  for (int i = 0; i < 70'000; ++i) reply.entries.push_back({.name = std::to_string(i)});
  const auto bytes = list_msgpack(reply);
  const auto json = nlohmann::json::from_msgpack(bytes.begin(), bytes.end());
  ASSERT_EQ(json["Entries"].size(), reply.entries.size());
  for (std::size_t i = 0; i < reply.entries.size(); ++i) {
    EXPECT_EQ(json["Entries"][i]["n"], reply.entries[i].name);
    EXPECT_EQ(json["Entries"][i].value("s", std::uint64_t{0}), reply.entries[i].size);
  }
  EXPECT_EQ(json["ContinuationToken"], reply.continuation_token);
}

TEST(ListPage, JsonIsTheRecordedOne) {
  EXPECT_EQ(list_json({.uuid = "wXjhozzWL"}),
            "{\"uuid\":\"wXjhozzWL\",\"continuation_token\":\"\",\"entries\":null,\"flags\":0}\n");
  EXPECT_EQ(list_json({.uuid = "W08Dd3JJpv",
                       .entries = {{.name = "cm",
                                    .checksum = "feba48465b833ca1",
                                    .atime = "21 Nov 26 02:42 UTC",
                                    .version = "2",
                                    .location = "t[Xnwt22001]:mp[/ais/mp1/1, vda, hdd]",
                                    .custom = "[a:b]",
                                    .size = 3,
                                    .copies = 1,
                                    .flags = 64},
                                   {.name = "empty", .flags = 64}}}),
            "{\"uuid\":\"W08Dd3JJpv\",\"continuation_token\":\"\",\"entries\":[{\"name\":\"cm\",\"checksum\":"
            "\"feba48465b833ca1\",\"atime\":\"21 Nov 26 02:42 UTC\",\"version\":\"2\",\"location\":\"t[Xnwt22001]:mp["
            "/ais/mp1/1, vda, hdd]\",\"custom-md\":\"[a:b]\",\"size\":\"3\",\"copies\":1,\"flags\":64},{\"name\":"
            "\"empty\",\"flags\":64}],\"flags\":0}\n");
}

}  // namespace
}  // namespace bryo::kernel
