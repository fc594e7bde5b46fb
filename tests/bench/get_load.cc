// Keep-alive GETs or HEADs of random objects.
#include <tests/bench/measured_run.h>

namespace bryo::bench {

namespace {

nlohmann::json run_reads(const Load& load, const std::string& verb) {
  std::vector<std::string> current(load.connections);
  return measure(
      load, 1,
      [&](std::mt19937_64& random, std::uint32_t c) -> std::string_view {
        current[c] = verb + " " + load.path + object_name(load, static_cast<std::uint32_t>(random() % load.objects)) +
                     " HTTP/1.1\r\nHost: bench\r\n\r\n";
        return current[c];
      },
      [&](const Answer& a) {
        if (a.status != 200 || a.body_bytes != load.size) {
          throw std::runtime_error("status " + std::to_string(a.status) + ", " + std::to_string(a.body_bytes) +
                                   " bytes");
        }
      });
}

}  // namespace

nlohmann::json run_gets(const Load& load) { return run_reads(load, "GET"); }
nlohmann::json run_heads(const Load& load) { return run_reads(load, "HEAD"); }

}  // namespace bryo::bench
