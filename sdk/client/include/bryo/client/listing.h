#pragma once

/// Listing a bucket (http-buckets.md section 5).

#include <cstdint>
#include <string>
#include <vector>

namespace bryo::client {

struct ListOptions {
  std::string prefix{};
  std::string start_after{};
  /// Comma-separated: name size version checksum atime cached status copies custom location.
  std::string props = "name,size";
  std::int64_t page_size = 0;  ///< 0 = the server's
  bool archives = false;       ///< members of shards too, after their shard: "s.tar/m"; the prefix may reach inside
  bool recursive = true;       ///< false: names up to the next '/' after the prefix, folders with a trailing '/'
};

struct ListedObject {
  std::string name;
  std::uint64_t size = 0;
  std::string checksum{};
  std::string atime{};
  std::string version{};
  std::string custom{};
  std::string location{};
  std::uint64_t flags = 0;

  /// Of a listing with `archives`.
  [[nodiscard]] bool member() const noexcept { return (flags & 128U) != 0; }
  [[nodiscard]] bool shard() const noexcept { return (flags & 512U) != 0; }
  [[nodiscard]] bool folder() const noexcept { return (flags & 256U) != 0; }
};

struct ListPage {
  std::string id;     ///< of the listing; to be sent with the next page
  std::string token;  ///< empty = last page
  std::vector<ListedObject> entries;
};

}  // namespace bryo::client
