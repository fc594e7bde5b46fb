// get-batch requests over random objects or shard members.
#include <tests/bench/measured_run.h>

namespace bryo::bench {
namespace {

std::string batch_request(const Load& load, std::mt19937_64& random) {
  std::string body = R"({"mime":".tar","in":[)";
  for (std::uint32_t i = 0; i < load.batch; ++i) {
    if (i > 0) body += ',';
    // The fields that the official SDK sends for every entry.
    body += R"({"objname":")";
    if (load.shards > 0) {
      body += object_name(load, static_cast<std::uint32_t>(random() % load.shards)) + ".tar";
      body += R"(","archpath":")" + member_name(static_cast<std::uint32_t>(random() % load.members));
    } else {
      body += object_name(load, static_cast<std::uint32_t>(random() % load.objects));
    }
    body += R"(","bucket":")" + load.bucket + R"(","provider":"ais"})";
  }
  body += R"(],"coer":false,"onob":false,"strm":)";
  body += load.streaming ? "true}" : "false}";
  return "GET /v1/ml/moss HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

nlohmann::json run_batches(const Load& load) {
  // Requests are made before the clock starts: enough of them that a set of 100,000 objects is really visited.
  const std::uint32_t kept = std::clamp(200'000 / std::max(1u, load.batch * load.connections), 4u, 4096u);
  std::vector<std::vector<std::string>> bodies(load.connections);
  std::mt19937_64 random(load.seed);
  for (auto& mine : bodies) {
    for (std::uint32_t i = 0; i < kept; ++i) mine.push_back(batch_request(load, random));
  }
  std::vector<std::uint32_t> at(load.connections, 0);

  const std::uint64_t padded = (load.size + 511) / 512 * 512;
  const std::uint64_t archive = load.batch * (512 + padded) + 1024;
  return measure(
      load, load.batch,
      [&](std::mt19937_64&, std::uint32_t c) -> std::string_view { return bodies[c][at[c]++ % kept]; },
      [&](const Answer& a) {
        if (a.status != 200) throw std::runtime_error("status " + std::to_string(a.status));
        if (a.has_error_trailer) throw std::runtime_error("the batch ended with an error trailer");
        if (load.streaming ? a.body_bytes != archive : a.body_bytes < archive) {
          throw std::runtime_error("the archive has " + std::to_string(a.body_bytes) + " bytes, expected " +
                                   std::to_string(archive));
        }
      });
}

}  // namespace bryo::bench
