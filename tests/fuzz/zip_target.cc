#include <tests/fuzz/archive_target.h>

#include "zip_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static bryo::testing::FakeRegistrar registrar;
  static const bryo::zip::ZipReader reader{bryo::zip::ZipOptions(registrar)};
  return bryo::fuzz::archive(reader, data, size);
}
