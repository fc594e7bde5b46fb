#pragma once

/// The workloads of the load generator. Object names are `<prefix>NNNNNN`, shard members `NNNNNN.bin` of
/// `<prefix>NN.tar`, so that any server that holds the same set can be driven.

#include <sys/types.h>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace bryo::bench {

struct Load {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  pid_t pid = 0;  ///< server whose CPU and memory are read; 0 = none
  std::string bucket = "bench";
  std::string prefix = "o";
  std::uint32_t objects = 0;  ///< size of the set
  std::uint32_t shards = 0;   ///< batches: > 0 asks for members
  std::uint32_t members = 0;  ///< of each shard
  std::uint64_t size = 0;     ///< of each object or member: answers are checked against it
  std::uint32_t batch = 256;
  bool streaming = true;
  std::uint32_t connections = 4;
  double seconds = 2;
  std::uint64_t requests = 0;  ///< > 0: that many in all, instead of a time
  std::string path{};          ///< GET, HEAD, PUT: the path before the object name; files: a directory
  std::uint64_t seed = 1;
};

std::string object_name(const Load& load, std::uint32_t i);
std::string member_name(std::uint32_t i);

nlohmann::json run_batches(const Load& load);
nlohmann::json run_gets(const Load& load);
nlohmann::json run_heads(const Load& load);
/// No server: this process writes `objects` files of `size` bytes under a temporary name in the directory `path` and
/// renames them. The limit of PUT.
nlohmann::json run_files(const Load& load);
nlohmann::json run_puts(const Load& load);

}  // namespace bryo::bench
