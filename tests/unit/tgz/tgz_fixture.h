#pragma once

/// Archives of a test, and what zlib makes of bytes.

#include <bryo/testing.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tgz_reader.h"
#include "tgz_writer.h"

namespace bryo::tgz {

/// As the tool gzip does it, with the effort given.
inline std::string gzipped(const std::string& plain, int level = 6, int strategy = Z_DEFAULT_STRATEGY) {
  z_stream stream{};
  EXPECT_EQ(::deflateInit2(&stream, level, Z_DEFLATED, 31, 8, strategy), Z_OK);
  std::string out(::deflateBound(&stream, static_cast<uLong>(plain.size())) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

inline std::string noise(std::size_t size, unsigned seed) {
  std::minstd_rand random(seed);
  std::string out(size, '\0');
  for (char& c : out) c = static_cast<char>(random() >> 8);
  return out;
}

/// Half of it compresses, half does not.
inline std::string mixed(std::size_t size, unsigned seed) {
  std::minstd_rand random(seed);
  std::string out;
  while (out.size() < size) {
    for (int i = 0; i < 500; ++i) out.push_back(static_cast<char>(random() >> 8));
    out.append(random() % 1000, static_cast<char>('a' + random() % 26));
  }
  out.resize(size);
  return out;
}

using Contents = std::vector<std::pair<std::string, std::string>>;

inline std::string plain_tar(const Contents& members) {
  tar::TarWriter writer;
  ArchiveBuffer out;
  for (const auto& [name, content] : members) {
    EXPECT_TRUE(writer.begin(name, content.size(), out));
    out.append(content);
    EXPECT_TRUE(writer.end(out));
  }
  EXPECT_TRUE(writer.finish(out));
  return std::string(as_text(out.view()));
}

inline std::string written(const Contents& members, int level = 1) {
  TgzWriter writer(level);
  ArchiveBuffer out;
  for (const auto& [name, content] : members) {
    EXPECT_TRUE(writer.begin(name, content.size(), out));
    EXPECT_TRUE(writer.content(as_bytes(content), out));
    EXPECT_TRUE(writer.end(out));
  }
  EXPECT_TRUE(writer.finish(out));
  return std::string(as_text(out.view()));
}

}  // namespace bryo::tgz
