#include <bryo/client/decompress.h>
#include <lz4frame.h>
#include <zlib.h>

#include <vector>

namespace bryo::client {
namespace {

constexpr std::size_t kChunk = std::size_t{64} << 10;

/// Compressed bytes, read in chunks.
class Chunks {
 public:
  explicit Chunks(ByteInput& input) : input_(input), buffer_(kChunk) {}
  /// What is not used yet; empty = the input's end.
  Result<std::span<const std::byte>> peek() {
    if (at_ == end_ && !ended_) {
      BRYO_TRY(n, input_.read(buffer_));
      at_ = 0;
      end_ = n;
      ended_ = n == 0;
    }
    return std::span<const std::byte>(buffer_).subspan(at_, end_ - at_);
  }
  void use(std::size_t bytes) { at_ += bytes; }

 private:
  ByteInput& input_;
  std::vector<std::byte> buffer_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  bool ended_ = false;
};

class PlainInput final : public ByteInput {
 public:
  explicit PlainInput(ByteInput& input) : input_(input) {}
  Result<std::size_t> read(std::span<std::byte> out) override { return input_.read(out); }

 private:
  ByteInput& input_;
};

class GzipInput final : public ByteInput {
 public:
  explicit GzipInput(ByteInput& input) : chunks_(input) { ready_ = inflateInit2(&stream_, 16 + MAX_WBITS) == Z_OK; }
  GzipInput(const GzipInput&) = delete;
  GzipInput& operator=(const GzipInput&) = delete;
  ~GzipInput() override { inflateEnd(&stream_); }

  Result<std::size_t> read(std::span<std::byte> out) override {
    if (!ready_) return Error(Errc::Io, "no memory to unpack gzip");
    while (true) {
      BRYO_TRY(packed, chunks_.peek());
      if (packed.empty()) {
        if (between_) return std::size_t{0};
        return Error(Errc::InvalidArgument, "the gzip data stops early");
      }
      if (between_) {
        // Zeros after the last member are padding of tapes and block devices; a new member begins with its magic.
        if (packed.front() == std::byte{0} && any_) {
          chunks_.use(1);
          continue;
        }
        inflateReset(&stream_);
        between_ = false;
      }
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data()));
      stream_.avail_in = static_cast<uInt>(packed.size());
      stream_.next_out = reinterpret_cast<Bytef*>(out.data());
      stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(out.size(), std::size_t{1} << 30));
      const auto room = stream_.avail_out;
      const int code = inflate(&stream_, Z_NO_FLUSH);
      chunks_.use(packed.size() - stream_.avail_in);
      if (code == Z_STREAM_END) {
        between_ = any_ = true;
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        return Error(Errc::InvalidArgument,
                     std::string("damaged gzip data: ") + (stream_.msg != nullptr ? stream_.msg : "not gzip"));
      }
      if (const auto n = room - stream_.avail_out; n > 0) return std::size_t{n};
    }
  }

 private:
  Chunks chunks_;
  z_stream stream_{};
  bool ready_ = false;
  bool between_ = true;  ///< at the start, or after a member
  bool any_ = false;
};

class Lz4Input final : public ByteInput {
 public:
  explicit Lz4Input(ByteInput& input) : chunks_(input) {
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context_, LZ4F_VERSION)) != 0) context_ = nullptr;
  }
  Lz4Input(const Lz4Input&) = delete;
  Lz4Input& operator=(const Lz4Input&) = delete;
  ~Lz4Input() override { LZ4F_freeDecompressionContext(context_); }

  Result<std::size_t> read(std::span<std::byte> out) override {
    if (context_ == nullptr) return Error(Errc::Io, "no memory to unpack LZ4");
    while (true) {
      BRYO_TRY(packed, chunks_.peek());
      // What the context holds back comes out even when nothing goes in.
      std::size_t produced = out.size();
      std::size_t consumed = packed.size();
      const auto hint = LZ4F_decompress(context_, out.data(), &produced, packed.data(), &consumed, nullptr);
      if (LZ4F_isError(hint) != 0) {
        return Error(Errc::InvalidArgument, std::string("damaged LZ4 data: ") + LZ4F_getErrorName(hint));
      }
      chunks_.use(consumed);
      if (consumed > 0 || produced > 0) between_ = hint == 0;
      if (produced > 0) return produced;
      if (packed.empty()) {
        if (between_) return std::size_t{0};
        return Error(Errc::InvalidArgument, "the LZ4 data stops early");
      }
    }
  }

 private:
  Chunks chunks_;
  LZ4F_dctx* context_ = nullptr;
  bool between_ = true;  ///< at the start, or after a frame
};

}  // namespace

Compression compression_of_magic(std::string_view first_bytes) noexcept {
  if (first_bytes.starts_with("\x1f\x8b")) return Compression::Gzip;
  if (first_bytes.starts_with("\x04\x22\x4d\x18")) return Compression::Lz4;
  return Compression::None;
}

Compression compression_of(ArchiveFormat format) noexcept {
  switch (format) {
    case ArchiveFormat::Tgz:
    case ArchiveFormat::TarGz:
      return Compression::Gzip;
    case ArchiveFormat::TarLz4:
      return Compression::Lz4;
    case ArchiveFormat::Tar:
    case ArchiveFormat::Zip:
      break;
  }
  return Compression::None;
}

std::unique_ptr<ByteInput> decompress(ByteInput& input, Compression compression) {
  switch (compression) {
    case Compression::Gzip:
      return std::make_unique<GzipInput>(input);
    case Compression::Lz4:
      return std::make_unique<Lz4Input>(input);
    case Compression::None:
      break;
  }
  return std::make_unique<PlainInput>(input);
}

}  // namespace bryo::client
