// bench_load MODE --key value ...: drives a server, prints one JSON document.
#include <tests/bench/load.h>

#include <cstdio>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

namespace bryo::bench {

namespace {

std::string digits(std::uint32_t i) {
  char text[16];
  std::snprintf(text, sizeof text, "%06u", i);
  return text;
}

}  // namespace

std::string object_name(const Load& load, std::uint32_t i) { return load.prefix + digits(i); }
std::string member_name(std::uint32_t i) { return digits(i) + ".bin"; }

}  // namespace bryo::bench

namespace {

constexpr const char* kUsage =
    "bench_load batch|get|head|put|files --port N [--host H] [--pid N] [--bucket B] [--prefix P] [--objects N] "
    "[--shards N]\n"
    "  [--members N] [--size BYTES] [--batch N] [--streaming 0|1] [--connections N] [--seconds S | --requests N]\n"
    "  [--path P] [--seed N]\n";

}  // namespace

int main(int argc, char** argv) {
  using bryo::bench::Load;
  Load load;
  const std::map<std::string, std::function<void(const std::string&)>> keys = {
      {"--host", [&](const std::string& v) { load.host = v; }},
      {"--port", [&](const std::string& v) { load.port = static_cast<std::uint16_t>(std::stoul(v)); }},
      {"--pid", [&](const std::string& v) { load.pid = std::stoi(v); }},
      {"--bucket", [&](const std::string& v) { load.bucket = v; }},
      {"--prefix", [&](const std::string& v) { load.prefix = v; }},
      {"--objects", [&](const std::string& v) { load.objects = static_cast<std::uint32_t>(std::stoul(v)); }},
      {"--shards", [&](const std::string& v) { load.shards = static_cast<std::uint32_t>(std::stoul(v)); }},
      {"--members", [&](const std::string& v) { load.members = static_cast<std::uint32_t>(std::stoul(v)); }},
      {"--size", [&](const std::string& v) { load.size = std::stoull(v); }},
      {"--batch", [&](const std::string& v) { load.batch = static_cast<std::uint32_t>(std::stoul(v)); }},
      {"--streaming", [&](const std::string& v) { load.streaming = v == "1"; }},
      {"--connections", [&](const std::string& v) { load.connections = static_cast<std::uint32_t>(std::stoul(v)); }},
      {"--seconds", [&](const std::string& v) { load.seconds = std::stod(v); }},
      {"--requests", [&](const std::string& v) { load.requests = std::stoull(v); }},
      {"--path", [&](const std::string& v) { load.path = v; }},
      {"--seed", [&](const std::string& v) { load.seed = std::stoull(v); }},
  };
  const std::map<std::string, nlohmann::json (*)(const Load&)> modes = {{"batch", bryo::bench::run_batches},
                                                                        {"get", bryo::bench::run_gets},
                                                                        {"head", bryo::bench::run_heads},
                                                                        {"files", bryo::bench::run_files},
                                                                        {"put", bryo::bench::run_puts}};
  try {
    if (argc < 2 || !modes.contains(argv[1]) || argc % 2 != 0) {
      std::cerr << kUsage;
      return 2;
    }
    for (int i = 2; i + 1 < argc; i += 2) {
      const auto key = keys.find(argv[i]);
      if (key == keys.end()) {
        std::cerr << "bench_load: unknown option '" << argv[i] << "'\n" << kUsage;
        return 2;
      }
      key->second(argv[i + 1]);
    }
    std::cout << modes.at(argv[1])(load).dump() << "\n";
    return 0;
  } catch (const std::exception& e) {
    std::cerr << "bench_load: " << e.what() << "\n";
    return 1;
  }
}
