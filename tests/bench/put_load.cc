// Loads the set: PUTs objects 0..n-1 once each.
#include <tests/bench/measured_run.h>

namespace bryo::bench {

nlohmann::json run_puts(const Load& load) {
  std::atomic<std::uint32_t> taken{0};
  std::vector<std::string> current(load.connections);
  std::string content(load.size, '\0');
  std::mt19937_64 bytes(load.seed);
  for (char& c : content) c = static_cast<char>(bytes());
  Load once = load;
  once.requests = load.objects;
  return measure(
      once, 1,
      [&](std::mt19937_64&, std::uint32_t c) -> std::string_view {
        current[c] = "PUT " + load.path + object_name(load, taken.fetch_add(1)) +
                     " HTTP/1.1\r\nHost: bench\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n" +
                     content;
        return current[c];
      },
      [](const Answer& a) {
        if (a.status != 200) throw std::runtime_error("PUT answered " + std::to_string(a.status));
      });
}

}  // namespace bryo::bench
