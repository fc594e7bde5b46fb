#pragma once

/// A file into a shard: `PUT ?archpath=` (http-objects.md section 6).

#include <bryo/host.h>
#include <bryo/shard_draft.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// What becomes of the shard that is there.
enum class PutMember : std::uint8_t {
  Replace,         ///< a new one takes its place, with just this file
  Append,          ///< it is continued; without one the call fails with 404
  AppendOrCreate,  ///< it is continued if it is there
};

/// The bits of the header `Ais-Pine`: 1 append, 2 append if it exists. Fails with 400 for what is no such number.
Result<PutMember> parse_put_member(const Headers& headers);

/// The rules of object names hold for files in shards too. Fails with 400 naming the path.
Status check_member_path(std::string_view path);

/// 400: `unknown filename extension ("a.foo", ".foo")`
[[nodiscard]] Error unknown_extension(std::string_view object);

/// What a file is added to, and the memory that it takes to write that anew.
struct ShardPlan {
  ShardBase base{};
  std::unique_ptr<Reservation> memory{};
};

}  // namespace bryo::kernel
