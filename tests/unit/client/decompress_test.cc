#include <bryo/client/decompress.h>
#include <gtest/gtest.h>
#include <lz4frame.h>
#include <zlib.h>

#include "piecewise_input.h"

namespace bryo::client {
namespace {

std::string gzip(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

std::string lz4(std::string_view text) {
  std::string out(LZ4F_compressFrameBound(text.size(), nullptr), '\0');
  out.resize(LZ4F_compressFrame(out.data(), out.size(), text.data(), text.size(), nullptr));
  return out;
}

std::string sample() {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += std::to_string(i * 7919) + ",";
  return text;
}

Result<std::string> unpack(std::string_view packed, Compression compression, std::size_t piece) {
  PiecewiseInput input(packed, piece);
  const auto unpacked = decompress(input, compression);
  return read_all(*unpacked, std::size_t{1} << 24);
}

TEST(Decompress, GivesBackWhatWasPacked) {
  const auto text = sample();
  for (const std::size_t piece : {1UL, 100UL, 1UL << 20}) {
    EXPECT_EQ(*unpack(gzip(text), Compression::Gzip, piece), text);
    EXPECT_EQ(*unpack(lz4(text), Compression::Lz4, piece), text);
    EXPECT_EQ(*unpack(text, Compression::None, piece), text);
  }
}

TEST(Decompress, SeveralInARowAreOneStream) {
  EXPECT_EQ(*unpack(gzip("ab") + gzip("") + gzip("cd"), Compression::Gzip, 3), "abcd");
  EXPECT_EQ(*unpack(lz4("ab") + lz4("cd"), Compression::Lz4, 3), "abcd");
  EXPECT_EQ(*unpack(gzip("ab") + std::string(512, '\0'), Compression::Gzip, 64), "ab") << "zero padding";
  EXPECT_EQ(*unpack("", Compression::Gzip, 64), "");
}

TEST(Decompress, StoppingEarlyIsAnErrorAtEveryByte) {
  const auto text = sample();
  for (const auto compression : {Compression::Gzip, Compression::Lz4}) {
    const auto packed = compression == Compression::Gzip ? gzip(text) : lz4(text);
    for (std::size_t size = 1; size < packed.size(); size += 1 + size / 16) {
      const auto result = unpack(std::string_view(packed).substr(0, size), compression, 512);
      ASSERT_FALSE(result) << size << " of " << packed.size();
      EXPECT_EQ(result.error().code(), Errc::InvalidArgument);
    }
  }
}

TEST(Decompress, OtherBytesAreAnError) {
  for (const auto compression : {Compression::Gzip, Compression::Lz4}) {
    EXPECT_FALSE(unpack("this is neither gzip nor LZ4", compression, 512));
  }
}

TEST(Decompress, MagicTells) {
  EXPECT_EQ(compression_of_magic(gzip("x")), Compression::Gzip);
  EXPECT_EQ(compression_of_magic(lz4("x")), Compression::Lz4);
  EXPECT_EQ(compression_of_magic("{\"id\""), Compression::None);
  EXPECT_EQ(compression_of_magic(""), Compression::None);
}

}  // namespace
}  // namespace bryo::client
