#include <bryo/client/batch_request.h>
#include <bryo/client/uri.h>

#include "json.h"
#include "wire.h"

namespace bryo::client {
namespace {

std::string entry_label(std::size_t index, const BatchEntry& entry) {
  return "batch entry " + std::to_string(index) + " (\"" + entry.object + "\")";
}

Status check_entry(const BatchRequest& request, std::size_t index) {
  const auto& entry = request.entries[index];
  const auto bad = [&](const std::string& why) -> Status {
    return Error(Errc::InvalidArgument, entry_label(index, entry) + ": " + why);
  };
  if (!entry.bucket && !request.bucket) return bad("names no bucket, and the request has no default bucket");
  if (auto name = check_object_name(entry.object); !name) return bad(name.error().message());
  if (!entry.archpath.empty()) {
    // One leading '/' is allowed (get-batch.md section 2).
    const auto path = std::string_view(entry.archpath).substr(entry.archpath.front() == '/' ? 1 : 0);
    if (auto name = check_object_name(path, "archpath"); !name) return bad(name.error().message());
  }
  const auto [start, length] = entry.range;
  if (start < 0 || length < -1 || (start != 0 && length == 0)) {
    return bad("invalid range start=" + std::to_string(start) + " length=" + std::to_string(length) +
               " (start >= 0; length > 0, or -1 = to the end)");
  }
  return {};
}

Json entry_json(const BatchEntry& entry) {
  Json json{{"objname", entry.object}};
  if (entry.bucket) {
    if (entry.bucket->ns_uuid.empty() && entry.bucket->ns_name.empty()) {
      json["bucket"] = entry.bucket->name;
      json["provider"] = entry.bucket->provider;
    } else {
      // The only way to name a namespaced bucket per entry.
      json["uname"] = entry.bucket->uname();
    }
  }
  if (!entry.archpath.empty()) json["archpath"] = entry.archpath;
  if (!entry.opaque.empty()) json["opaque"] = base64_encode(entry.opaque);
  if (entry.range.start != 0) json["start"] = entry.range.start;
  if (entry.range.length != 0) json["length"] = entry.range.length;
  return json;
}

}  // namespace

std::string batch_target(const BatchRequest& request) {
  std::string target(wire::kMoss);
  char separator = '?';
  const auto query = [&](std::string_view key, std::string_view value) {
    target.append(1, separator).append(key).append("=").append(encode_query(value));
    separator = '&';
  };
  if (request.bucket) {
    target.append("/").append(encode_path(request.bucket->name));
    query("provider", request.bucket->provider);
    if (!request.bucket->ns_uuid.empty() || !request.bucket->ns_name.empty()) {
      query("namespace", "@" + request.bucket->ns_uuid + "#" + request.bucket->ns_name);
    }
  }
  if (request.colocation != 0) query("coloc", std::to_string(request.colocation));
  return target;
}

Result<std::string> batch_body(const BatchRequest& request) {
  if (request.entries.empty()) return Error(Errc::InvalidArgument, "the batch has no entries");
  if (request.colocation < 0 || request.colocation > 2) {
    return Error(Errc::InvalidArgument,
                 "invalid colocation " + std::to_string(request.colocation) + " (expecting 0, 1, or 2)");
  }
  Json entries = Json::array();
  for (std::size_t i = 0; i < request.entries.size(); ++i) {
    BRYO_CHECK(check_entry(request, i));
    entries.push_back(entry_json(request.entries[i]));
  }
  Json json{{"in", std::move(entries)},
            {"mime", extension_of(request.format)},
            {"coer", request.continue_on_error},
            {"onob", request.only_object_name},
            {"strm", request.streaming}};
  if (request.colocation != 0) json["coloc"] = request.colocation;
  return dump_json(json, "a name in the batch");
}

std::string member_name(const BatchRequest& request, const BatchEntry& entry) {
  std::string name;
  const auto& bucket = entry.bucket ? entry.bucket : request.bucket;
  if (!request.only_object_name && bucket) name.append(bucket->name).append("/");
  name.append(entry.object);
  if (!entry.archpath.empty()) {
    if (entry.archpath.front() != '/') name.append("/");
    name.append(entry.archpath);
  }
  return name;
}

}  // namespace bryo::client
