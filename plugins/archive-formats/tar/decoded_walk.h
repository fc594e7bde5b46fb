#pragma once

/// One pass over a TAR that comes out of a decoder, to its end and beyond.

#include "tar_walk.h"

namespace bryo::tar {

/// A decoder that notes on its way where decoding can begin again. Blocks; one thread.
class DecodedInput : public TarInput {
 public:
  /// Reads what follows the TAR: the checksum at the end tells whether the members before are right. Succeeds without
  /// reading when the stream has failed already.
  virtual Status drain() = 0;
  /// Adds the places to the index, and where the entries of the TAR end; the last call.
  virtual Status finish_places(std::uint64_t entries_end) = 0;
};

/// Like `walk_tar`, and the checksums are compared even if the TAR itself is damaged.
Status walk_decoded(DecodedInput& input, std::string_view label, MemberSink& members);

}  // namespace bryo::tar
