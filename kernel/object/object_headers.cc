#include <kernel/object/object_headers.h>

#include <kernel/wire/api_names.h>
#include <kernel/wire/go_time.h>

namespace bryo::kernel {

void add_object_headers(Headers& headers, const ObjectHeaderValues& values) {
  add_atime(headers, values.atime_ns);
  add_checksum(headers, values.attributes);
  add_custom(headers, values.attributes);
  add_version(headers, values.attributes);
}

void add_atime(Headers& headers, std::int64_t atime_ns) {
  if (atime_ns != 0) headers.add(std::string(wire::kHeaderAtime), std::to_string(atime_ns));
}

void add_checksum(Headers& headers, const ObjectAttributes& attributes) {
  if (attributes.checksum_value.empty()) return;
  headers.add(std::string(wire::kHeaderChecksumType), attributes.checksum_type);
  headers.add(std::string(wire::kHeaderChecksumValue), attributes.checksum_value);
}

void add_custom(Headers& headers, const ObjectAttributes& attributes) {
  for (const auto& [key, value] : attributes.custom) headers.add(std::string(wire::kHeaderCustomMd), key + "=" + value);
}

void add_version(Headers& headers, const ObjectAttributes& attributes) {
  if (!attributes.version.empty()) headers.add(std::string(wire::kHeaderVersion), attributes.version);
}

std::string backend_entity_tag(const ObjectAttributes& attributes) {
  for (const auto& [key, value] : attributes.custom) {
    if (Headers::equal_names(key, "ETag")) return value.starts_with('"') ? value : "\"" + value + "\"";
  }
  return {};
}

std::string entity_tag(const ObjectAttributes& attributes, bool chunked) {
  if (auto own = backend_entity_tag(attributes); !own.empty()) return own;
  if (attributes.checksum_value.empty()) return {};
  if (attributes.checksum_type == "md5" && !chunked) return "\"" + attributes.checksum_value + "\"";
  return "\"v1-" + attributes.checksum_value + "-" + base36(static_cast<std::uint64_t>(attributes.mtime_ns)) + "\"";
}

}  // namespace bryo::kernel
