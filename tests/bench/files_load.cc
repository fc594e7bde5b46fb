// What a PUT costs at least: a file is written and renamed.
#include <tests/bench/load.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace bryo::bench {
namespace {

double cpu_us() {
  struct rusage used {};
  ::getrusage(RUSAGE_SELF, &used);
  const auto us = [](const timeval& t) { return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec); };
  return us(used.ru_utime) + us(used.ru_stime);
}

void write_and_rename(const std::string& content, const std::string& path) {
  const std::string unfinished = path + ".tmp";
  const int file = ::open(unfinished.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0666);
  const bool written = file >= 0 && ::write(file, content.data(), content.size()) == ssize_t(content.size());
  if (file >= 0) ::close(file);
  if (!written || ::rename(unfinished.c_str(), path.c_str()) != 0) throw std::runtime_error("cannot write " + path);
}

}  // namespace

nlohmann::json run_files(const Load& load) {
  const std::string content(load.size, 'x');
  const double before = cpu_us();
  for (std::uint32_t i = 0; i < load.objects; ++i) write_and_rename(content, load.path + "/" + object_name(load, i));
  return {{"objects", load.objects}, {"cpu_us_per_object", (cpu_us() - before) / load.objects}};
}

}  // namespace bryo::bench
