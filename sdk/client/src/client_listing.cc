#include <bryo/client/uri.h>

#include "json.h"
#include "requests.h"
#include "wire.h"

namespace bryo::client {
namespace {

// http-buckets.md section 5.
constexpr std::uint64_t kArchives = 1U << 3U;
constexpr std::uint64_t kNameOnly = 1U << 4U;
constexpr std::uint64_t kNameSize = 1U << 5U;
constexpr std::uint64_t kNoRecursion = 1U << 11U;

std::uint64_t list_flags(const ListOptions& options) {
  std::uint64_t flags = 0;
  if (options.props == "name") flags |= kNameOnly;
  if (options.props == "name,size") flags |= kNameSize;
  if (options.archives) flags |= kArchives;
  if (!options.recursive) flags |= kNoRecursion;
  return flags;
}

/// The two encodings of a page differ in their keys.
struct EntryKeys {
  const char* name;
  const char* size;
  const char* checksum;
  const char* atime;
  const char* version;
  const char* custom;
  const char* location;
  const char* flags;
};
constexpr EntryKeys kJsonKeys{"name", "size", "checksum", "atime", "version", "custom-md", "location", "flags"};
constexpr EntryKeys kMsgpackKeys{"n", "s", "cs", "a", "v", "m", "t", "f"};

ListedObject object_of(const Json& json, const EntryKeys& keys) {
  return {text_at(json, keys.name),     number_at(json, keys.size),  text_at(json, keys.checksum),
          text_at(json, keys.atime),    text_at(json, keys.version), text_at(json, keys.custom),
          text_at(json, keys.location), number_at(json, keys.flags)};
}

}  // namespace

Result<ListPage> Client::list_page(const BucketName& bucket, const ListOptions& options,
                                   const ListPage* previous) const {
  Json value{{"uuid", previous != nullptr ? previous->id : std::string()},
             {"props", options.props},
             {"prefix", options.prefix},
             {"continuation_token", previous != nullptr ? previous->token : std::string()},
             {"pagesize", options.page_size},
             {"flags", std::to_string(list_flags(options))},
             {"time_format", "2006-01-02T15:04:05Z07:00"}};
  if (previous == nullptr && !options.start_after.empty()) value["start_after"] = options.start_after;
  BRYO_TRY(message, dump_json(Json{{"action", "list"}, {"value", std::move(value)}}, "the prefix"));
  MemoryBody body(message);
  auto call =
      json_call("GET", std::string(wire::kBuckets) + "/" + encode_path(bucket.name) + "?" + bucket_query(bucket), body);
  call.headers.add("Accept", std::string(wire::kMsgpack));
  BRYO_TRY(answer, requests_->fetch(call, call_));
  BRYO_TRY(json, parse_document(answer.body, answer.content_type, "the listing of " + bucket.uri()));
  const bool packed = json.contains("Entries") || json.contains("UUID");
  ListPage page{
      text_at(json, packed ? "UUID" : "uuid"), text_at(json, packed ? "ContinuationToken" : "continuation_token"), {}};
  if (const auto& entries = member(json, packed ? "Entries" : "entries"); entries.is_array()) {
    page.entries.reserve(entries.size());
    for (const auto& one : entries) page.entries.push_back(object_of(one, packed ? kMsgpackKeys : kJsonKeys));
  }
  return page;
}

Result<std::optional<ListedObject>> ObjectIterator::next() {
  while (!page_ || at_ == page_->entries.size()) {
    if (page_ && page_->token.empty()) return std::optional<ListedObject>();
    BRYO_TRY(page, client_.list_page(bucket_, options_, page_ ? &*page_ : nullptr));
    // A server that repeats its token would be asked for ever.
    if (page_ && page.token == page_->token) {
      return Error(Errc::Internal, "the listing of " + bucket_.uri() + " does not advance past \"" + page.token + "\"");
    }
    page_ = std::move(page);
    at_ = 0;
  }
  return std::optional<ListedObject>(std::move(page_->entries[at_++]));
}

}  // namespace bryo::client
