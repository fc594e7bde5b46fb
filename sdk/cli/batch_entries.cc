#include "batch_entries.h"

#include <bryo/client/uri.h>
#include <bryo/name_template.h>

#include "arguments.h"

namespace bryo::cli {
namespace {

client::BatchEntry entry_of(std::string_view name) {
  auto path = client::split_shard_path(name);
  return {.object = std::move(path.object), .archpath = std::move(path.archpath)};
}

}  // namespace

Result<std::vector<client::BatchEntry>> entries_of_list(std::string_view list) {
  std::vector<client::BatchEntry> entries;
  for (const auto& name : split_list(list)) entries.push_back(entry_of(name));
  if (entries.empty()) return usage_error("--list names no object");
  return entries;
}

Result<std::vector<client::BatchEntry>> entries_of_template(std::string_view text) {
  auto names = NameTemplate::parse(text);
  if (!names) return usage_error(names.error().message());
  const auto shown = "template \"" + std::string(text) + "\"";
  if (names->ranges() == 0) return usage_error(shown + " has no range: use --prefix, or write one as {0001..0009}");
  const auto count = names->count();
  if (!count) return usage_error(shown + " has no end: use a range as {0001..0009}");
  if (*count > kMaxBatchNames) {
    return usage_error(shown + " makes " + std::to_string(*count) + " names; at most " +
                       std::to_string(kMaxBatchNames));
  }
  std::vector<client::BatchEntry> entries;
  entries.reserve(static_cast<std::size_t>(*count));
  while (const auto name = names->next()) entries.push_back(entry_of(*name));
  return entries;
}

Result<std::vector<client::BatchEntry>> entries_of_prefix(const client::Client& client, const BucketName& bucket,
                                                          const std::string& prefix) {
  std::vector<client::BatchEntry> entries;
  client::ObjectIterator objects(client, bucket, {.prefix = prefix, .props = "name"});
  while (true) {
    BRYO_TRY(object, objects.next());
    if (!object) break;
    if (entries.size() == kMaxBatchNames) {
      return Error(Errc::TooLarge, "more than " + std::to_string(kMaxBatchNames) + " objects begin with \"" + prefix +
                                       "\": batch them in parts");
    }
    entries.push_back({.object = std::move(object->name)});
  }
  if (entries.empty()) {
    return Error(Errc::NotFound, "no object of " + bucket.uri() + " begins with \"" + prefix + "\"");
  }
  return entries;
}

Result<std::vector<client::BatchEntry>> entries_of_name(std::string_view name) {
  if (name.find('{') != std::string_view::npos && name.find("..") != std::string_view::npos) {
    return entries_of_template(name);
  }
  return std::vector<client::BatchEntry>{entry_of(name)};
}

}  // namespace bryo::cli
