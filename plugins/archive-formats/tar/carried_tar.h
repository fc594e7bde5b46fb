#pragma once

/// What an archive that is continued holds, for formats that compress a TAR as a whole: the same TAR goes into the new
/// one, with links, folders, modes and times.

#include <cstdint>
#include <memory>
#include <string>

#include "decoded_walk.h"

namespace bryo::tar {

/// The TAR without its end. Blocks; one thread.
class CarriedTar {
 public:
  /// `input` is at the beginning. `entries_end` is what its index says.
  CarriedTar(std::unique_ptr<DecodedInput> input, std::uint64_t entries_end, std::string label)
      : input_(std::move(input)), end_(entries_end), label_(std::move(label)) {}

  /// The next piece, valid until the next call; none after the last one. Fails with InvalidArgument where the archive
  /// is damaged, or is not what was indexed: its checksums are compared again, nothing wrong gets a right one here.
  Result<BytesView> next();

 private:
  const std::unique_ptr<DecodedInput> input_;
  const std::uint64_t end_;
  const std::string label_;
  bool ended_ = false;
};

}  // namespace bryo::tar
