#pragma once

/// Names of archived files in a listing: `ARCHIVE/PATH` (http-buckets.md section 5). Pure.

#include <bryo/member_index.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// Which names a page may show.
struct NameRange {
  std::string_view prefix{};  ///< names begin so
  std::string_view after{};   ///< names are greater, bytewise
};

/// Objects that are not on the page themselves, because of their own name, while files that they hold may be: each ends
/// like an archive, as `is_archive` sees it. In bytewise order.
[[nodiscard]] std::vector<std::string> archives_before(const NameRange& range,
                                                       const std::function<bool(std::string_view)>& is_archive);

/// A file that is listed.
struct ListedMember {
  std::string name;  ///< `ARCHIVE/PATH`
  std::uint64_t size = 0;
};

/// The first `limit` files of an archive in the range, bytewise by name; takes memory for those only. Paths are as the
/// archive has them, without one leading '/', so that they can be asked for. Of equal names the first counts; what is
/// no UTF-8 is left out, for listings carry nothing else.
[[nodiscard]] std::vector<ListedMember> listed_members(const MemberIndex& index, std::string_view archive,
                                                       const NameRange& range, std::size_t limit);

}  // namespace bryo::kernel
