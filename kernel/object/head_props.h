#pragma once

/// Which properties a HEAD of an object asks for (http-objects.md section 4). Pure.

#include <bryo/http.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace bryo::kernel {

enum class Presence : std::uint8_t {
  Any,      ///< 0, 2, 4: with properties
  NoProps,  ///< 1, 3: the status is the answer
  Outside,  ///< 5: an object that is here is an error
};

struct HeadQuery {
  Presence presence = Presence::Any;
  bool only_present = false;  ///< 2, 3: its backend is not asked
  bool names = false;         ///< bucket and object name: only the old form, which also brackets the mirror paths
  bool checksum = false;
  bool atime = false;
  bool version = false;
  bool custom = false;
  bool location = false;
  bool copies = false;
  bool etag = false;
  bool last_modified = false;
  bool chunked = false;
};

/// Without `props`: everything of the old form. Fails with 400 for an unknown word.
Result<HeadQuery> parse_head_query(const Query& query);

}  // namespace bryo::kernel
