#pragma once

/// Restart points as they are kept in the index: windows deflated, some 3 % of a shard of ordinary content.

#include <bryo/member_index.h>

#include "inflate_stream.h"

namespace bryo::tgz {

/// Adds a point behind those of before; they come in order.
Status add_point(MemberSink& members, const RestartPoint& point);

/// Where the last point lies at or before `decoded`, without its window; nullopt: only the beginning does.
struct PointPlace {
  std::uint64_t decoded;
  std::size_t at;  ///< in the format data
};
std::optional<PointPlace> find_point(BytesView format_data, std::uint64_t decoded);
/// The point at a place that `find_point` answered. Fails with InvalidArgument when it is damaged.
Result<RestartPoint> point_at(BytesView format_data, const PointPlace& place);

}  // namespace bryo::tgz
