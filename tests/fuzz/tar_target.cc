#include <tests/fuzz/archive_target.h>

#include "tar_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bryo::tar::TarReader reader;
  return bryo::fuzz::archive(reader, data, size);
}
