#pragma once

/// The headers that describe an object (http-objects.md sections 2 to 4).

#include <bryo/http.h>
#include <bryo/objects.h>

#include <string>

namespace bryo::kernel {

/// What an answer may say about an object. `atime_ns` 0 = not said.
struct ObjectHeaderValues {
  const ObjectAttributes& attributes;
  std::int64_t atime_ns = 0;
};

/// Ais-Atime, Ais-Checksum-*, Ais-Custom-Md, Ais-Version: the common part of GET, HEAD and PUT answers.
void add_object_headers(Headers& headers, const ObjectHeaderValues& values);

void add_atime(Headers& headers, std::int64_t atime_ns);
void add_checksum(Headers& headers, const ObjectAttributes& attributes);
void add_custom(Headers& headers, const ObjectAttributes& attributes);
void add_version(Headers& headers, const ObjectAttributes& attributes);

/// The quoted entity tag: a backend's own if the custom metadata has one, the plain checksum if it is an MD5, else
/// `"v1-CHECKSUM-MTIME36"`; empty without a checksum. Of an object that arrived in parts (`chunked`) the MD5 is none
/// that S3 would give.
[[nodiscard]] std::string entity_tag(const ObjectAttributes& attributes, bool chunked = false);
/// The backend's own entity tag (custom metadata `ETag`), quoted; empty: none.
[[nodiscard]] std::string backend_entity_tag(const ObjectAttributes& attributes);

}  // namespace bryo::kernel
