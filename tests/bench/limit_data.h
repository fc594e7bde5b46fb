#pragma once

/// The limit server's data: plain files in one directory, and tar shards with an index in memory.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace bryo::bench {

struct Stored {
  int descriptor = -1;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

class LimitData {
 public:
  /// `keep_open`: every file is opened at the start, as a server with a warm descriptor cache would have it.
  LimitData(const std::string& directory, bool keep_open);

  /// The file, opened now (the caller closes it) or kept open; size < 0 on failure is answered as descriptor -1.
  [[nodiscard]] Stored open(std::string_view object) const;
  /// A member of an indexed shard.
  [[nodiscard]] Stored member(std::string_view shard, std::string_view member) const;
  [[nodiscard]] bool keeps_open() const noexcept { return keep_open_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
  };
  template <class V>
  using Map = std::unordered_map<std::string, V, Hash, std::equal_to<>>;

  void index_shard(const std::string& name, int descriptor);

  int directory_ = -1;
  bool keep_open_ = false;
  Map<Stored> files_;
  Map<Map<Stored>> shards_;
};

}  // namespace bryo::bench
