#pragma once

#include <bryo/client/byte_stream.h>
#include <bryo/client/decompress.h>

#include <memory>

namespace bryo::client {

/// A sink that packs what it is given, fast rather than small (gzip level 1, LZ4 level 0).
class Compressor : public ByteSink {
 public:
  /// Writes what is held back and the end mark; nothing can follow.
  virtual Status finish() = 0;
};

/// Packs into `sink`, which must outlive the result. None passes the bytes on.
std::unique_ptr<Compressor> compress(ByteSink& sink, Compression compression);

}  // namespace bryo::client
