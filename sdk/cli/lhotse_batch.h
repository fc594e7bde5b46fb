#pragma once

/// From cuts to a batch.

#include <bryo/client/batch_request.h>

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "lhotse_cuts.h"
#include "wav_headers.h"

namespace bryo::cli {

/// A cut's source in the batch: what is asked for, and what becomes of the answer.
struct CutSlice {
  std::string name;                   ///< of the WAV in the archive: "CUT.wav", "CUT-1.wav" for a second source
  std::optional<WavLayout> layout{};  ///< of the frames that come; nothing = the whole object
  std::optional<Error> failed{};      ///< not asked for: the cut is wrong, or its header cannot be read
};

struct LhotseBatch {
  client::BatchRequest request;
  std::vector<CutSlice> slices;      ///< in order of the cuts
  std::vector<std::size_t> asked{};  ///< slices of request.entries, in order
};

struct LhotseOptions {
  std::int64_t sample_rate = 0;  ///< 0: whole objects
  bool raw = false;              ///< ranges as they are, without headers
  bool continue_on_error = false;
  int workers = 8;
};

/// Plans the entries of `cuts`: one per source. With a sample rate the headers are read (in parallel), and the entries
/// are byte ranges of whole frames. Fails at the first cut that cannot be planned, unless continuing on errors.
Result<LhotseBatch> plan_batch(const std::vector<Cut>& cuts, const LhotseOptions& options, WavHeaders& headers,
                               const std::stop_token& stop);

}  // namespace bryo::cli
