#include <kernel/machine/text_file.h>

#include <fstream>
#include <iterator>

namespace bryo::kernel {

std::string read_text_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace bryo::kernel
