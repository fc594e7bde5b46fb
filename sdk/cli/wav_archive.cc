#include "wav_archive.h"

#include <bryo/client/compress.h>
#include <bryo/client/tar_writer.h>

#include <array>

namespace bryo::cli {
namespace {

Status write_missing(client::TarWriter& tar, const std::string& name) {
  return tar.begin(std::string(client::kMissingPrefix) + name, 0);
}

/// Header, frames, and the byte that makes them even (a rule of RIFF).
Result<std::uint64_t> write_slice(client::TarWriter& tar, client::BatchReader& reader, const client::BatchItem& item,
                                  const CutSlice& slice) {
  std::string header;
  if (slice.layout) {
    BRYO_TRY(made, wav_header(*slice.layout, item.size));
    header = std::move(made);
  }
  const bool odd = slice.layout && item.size % 2 != 0;
  BRYO_CHECK(tar.begin(slice.name, header.size() + item.size + (odd ? 1 : 0)));
  BRYO_CHECK(tar.write(client::bytes_of(header)));
  std::array<std::byte, 32'768> buffer;
  while (true) {
    BRYO_TRY(n, reader.read(buffer));
    if (n == 0) break;
    BRYO_CHECK(tar.write(std::span(buffer).first(n)));
  }
  if (odd) BRYO_CHECK(tar.write(std::array{std::byte{0}}));
  return item.size;
}

}  // namespace

Result<WavArchiveResult> write_wav_archive(const client::Client& client, const LhotseBatch& batch,
                                           client::ArchiveFormat format, client::ByteSink& sink, Progress& progress) {
  const auto packed = client::compress(sink, client::compression_of(format));
  client::TarWriter tar(*packed);
  WavArchiveResult result;
  std::optional<client::BatchReader> reader;
  if (!batch.request.entries.empty()) {
    BRYO_TRY(opened, client.get_batch(batch.request));
    reader.emplace(std::move(opened));
  }
  for (const auto& slice : batch.slices) {
    progress.add_item();
    if (slice.failed) {
      result.missing.push_back(slice.failed->message());
      BRYO_CHECK(write_missing(tar, slice.name));
      continue;
    }
    BRYO_TRY(item, reader->next());
    if (!item) return Error(Errc::Io, "the batch ended before \"" + slice.name + "\"");
    if (item->missing) {
      result.missing.push_back(item->error.empty() ? slice.name + ": " + item->name : item->error);
      BRYO_CHECK(write_missing(tar, slice.name));
      continue;
    }
    BRYO_TRY(bytes, write_slice(tar, *reader, *item, slice));
    progress.add_bytes(bytes);
    result.bytes += bytes;
  }
  if (reader) {
    // Past the last entry: here a failure after it is told.
    BRYO_TRY(end, reader->next());
    if (end) return Error(Errc::Internal, "the batch has more members than were asked for");
  }
  BRYO_CHECK(tar.finish());
  BRYO_CHECK(packed->finish());
  return result;
}

}  // namespace bryo::cli
