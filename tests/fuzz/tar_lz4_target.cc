#include <tests/fuzz/archive_target.h>

#include "tar_lz4_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static bryo::testing::FakeRegistrar registrar;
  static const bryo::tar_lz4::TarLz4Reader reader{bryo::tar_lz4::TarLz4Options(registrar)};
  return bryo::fuzz::archive(reader, data, size);
}
