#include <tests/fuzz/archive_target.h>

#include "tgz_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static bryo::testing::FakeRegistrar registrar;
  static const bryo::tgz::TgzReader reader{bryo::tgz::TgzOptions(registrar)};
  return bryo::fuzz::archive(reader, data, size);
}
