#pragma once

#include <bryo/client/client.h>

#include <string>

#include "lhotse_batch.h"
#include "progress.h"

namespace bryo::cli {

struct WavArchiveResult {
  std::uint64_t bytes = 0;             ///< of samples
  std::vector<std::string> missing{};  ///< sentences
};

/// Runs the batch and writes each slice as a WAV of its own into a TAR (packed if `format` says) in `sink`. A slice
/// that failed becomes an empty file `__404__/NAME`. ZIP is not possible.
Result<WavArchiveResult> write_wav_archive(const client::Client& client, const LhotseBatch& batch,
                                           client::ArchiveFormat format, client::ByteSink& sink, Progress& progress);

}  // namespace bryo::cli
