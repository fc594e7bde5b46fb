#pragma once

#include <bryo/client/client.h>

#include <list>
#include <map>
#include <mutex>
#include <string>

#include "lhotse_cuts.h"
#include "wav.h"

namespace bryo::cli {

/// Layouts of the WAVs that cuts lie in, each fetched once: cuts of one recording stand together in a manifest. Keeps
/// the last 65,536. Thread-safe; two threads that ask for the same one may both fetch it.
class WavHeaders {
 public:
  explicit WavHeaders(client::Client client) : client_(std::move(client)) {}

  /// Reads the object's (or member's) first bytes. Errors name it.
  Result<WavLayout> layout(const CutSource& source);

 private:
  Result<WavLayout> fetch(const CutSource& source) const;

  static constexpr std::size_t kKept = 65'536;
  client::Client client_;
  std::mutex mutex_;
  std::map<std::string, WavLayout> known_;
  std::list<std::string> order_;  ///< oldest first
};

/// `ais://b/shard.tar/member.wav`: as in messages.
std::string show_source(const CutSource& source);

}  // namespace bryo::cli
