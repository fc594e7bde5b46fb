#include <bryo/client/compress.h>
#include <lz4frame.h>
#include <zlib.h>

#include <algorithm>
#include <vector>

namespace bryo::client {
namespace {

constexpr std::size_t kPackChunk = std::size_t{64} << 10;

class PlainSink final : public Compressor {
 public:
  explicit PlainSink(ByteSink& sink) : sink_(sink) {}
  Status write(std::span<const std::byte> bytes) override { return sink_.write(bytes); }
  Status finish() override { return {}; }

 private:
  ByteSink& sink_;
};

class GzipSink final : public Compressor {
 public:
  explicit GzipSink(ByteSink& sink) : sink_(sink), buffer_(kPackChunk) {
    ready_ = deflateInit2(&stream_, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  GzipSink(const GzipSink&) = delete;
  GzipSink& operator=(const GzipSink&) = delete;
  ~GzipSink() override { deflateEnd(&stream_); }

  Status write(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const auto part = bytes.first(std::min(bytes.size(), std::size_t{1} << 30));
      BRYO_CHECK(pack(part, Z_NO_FLUSH));
      bytes = bytes.subspan(part.size());
    }
    return {};
  }
  Status finish() override { return pack({}, Z_FINISH); }

 private:
  Status pack(std::span<const std::byte> bytes, int flush) {
    if (!ready_) return Error(Errc::Io, "no memory to pack gzip");
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    while (true) {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      const int code = deflate(&stream_, flush);
      const auto packed = buffer_.size() - stream_.avail_out;
      if (packed > 0) BRYO_CHECK(sink_.write(std::span(buffer_).first(packed)));
      if (flush == Z_FINISH ? code == Z_STREAM_END : stream_.avail_in == 0 && stream_.avail_out > 0) return {};
    }
  }

  ByteSink& sink_;
  std::vector<std::byte> buffer_;
  z_stream stream_{};
  bool ready_ = false;
};

class Lz4Sink final : public Compressor {
 public:
  explicit Lz4Sink(ByteSink& sink) : sink_(sink) {
    if (LZ4F_isError(LZ4F_createCompressionContext(&context_, LZ4F_VERSION)) != 0) context_ = nullptr;
    preferences_.frameInfo.blockSizeID = LZ4F_max256KB;
    preferences_.frameInfo.blockMode = LZ4F_blockIndependent;
    buffer_.resize(std::max(LZ4F_compressBound(kPackChunk, &preferences_), std::size_t{LZ4F_HEADER_SIZE_MAX}));
  }
  Lz4Sink(const Lz4Sink&) = delete;
  Lz4Sink& operator=(const Lz4Sink&) = delete;
  ~Lz4Sink() override { LZ4F_freeCompressionContext(context_); }

  Status write(std::span<const std::byte> bytes) override {
    BRYO_CHECK(begin());
    while (!bytes.empty()) {
      const auto part = bytes.first(std::min(bytes.size(), kPackChunk));
      BRYO_CHECK(
          pass(LZ4F_compressUpdate(context_, buffer_.data(), buffer_.size(), part.data(), part.size(), nullptr)));
      bytes = bytes.subspan(part.size());
    }
    return {};
  }
  Status finish() override {
    BRYO_CHECK(begin());
    return pass(LZ4F_compressEnd(context_, buffer_.data(), buffer_.size(), nullptr));
  }

 private:
  Status begin() {
    if (context_ == nullptr) return Error(Errc::Io, "no memory to pack LZ4");
    if (begun_) return {};
    begun_ = true;
    return pass(LZ4F_compressBegin(context_, buffer_.data(), buffer_.size(), &preferences_));
  }
  Status pass(std::size_t packed) {
    if (LZ4F_isError(packed) != 0) return Error(Errc::Internal, std::string("LZ4: ") + LZ4F_getErrorName(packed));
    if (packed == 0) return {};
    return sink_.write(std::span(buffer_).first(packed));
  }

  ByteSink& sink_;
  LZ4F_cctx* context_ = nullptr;
  LZ4F_preferences_t preferences_{};
  std::vector<std::byte> buffer_;
  bool begun_ = false;
};

}  // namespace

std::unique_ptr<Compressor> compress(ByteSink& sink, Compression compression) {
  switch (compression) {
    case Compression::Gzip:
      return std::make_unique<GzipSink>(sink);
    case Compression::Lz4:
      return std::make_unique<Lz4Sink>(sink);
    case Compression::None:
      break;
  }
  return std::make_unique<PlainSink>(sink);
}

}  // namespace bryo::client
