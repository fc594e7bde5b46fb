#include <bryo/client/archive_writer.h>
#include <bryo/client/compress.h>
#include <bryo/client/tar_writer.h>
#include <bryo/client/zip_writer.h>

namespace bryo::client {
namespace {

class TarArchive final : public ArchiveWriter {
 public:
  TarArchive(ByteSink& sink, ArchiveFormat format) : packed_(compress(sink, compression_of(format))), tar_(*packed_) {}
  Status begin(std::string_view name, std::uint64_t size) override { return tar_.begin(name, size); }
  Status write(std::span<const std::byte> bytes) override { return tar_.write(bytes); }
  Status finish() override {
    BRYO_CHECK(tar_.finish());
    return packed_->finish();
  }

 private:
  std::unique_ptr<Compressor> packed_;
  TarWriter tar_;
};

class ZipArchive final : public ArchiveWriter {
 public:
  explicit ZipArchive(ByteSink& sink) : zip_(sink) {}
  Status begin(std::string_view name, std::uint64_t size) override { return zip_.begin(name, size); }
  Status write(std::span<const std::byte> bytes) override { return zip_.write(bytes); }
  Status finish() override { return zip_.finish(); }

 private:
  ZipWriter zip_;
};

}  // namespace

std::unique_ptr<ArchiveWriter> make_archive_writer(ByteSink& sink, ArchiveFormat format) {
  if (format == ArchiveFormat::Zip) return std::make_unique<ZipArchive>(sink);
  return std::make_unique<TarArchive>(sink, format);
}

}  // namespace bryo::client
