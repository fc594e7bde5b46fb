#include <kernel/object/list_entries.h>

#include <kernel/wire/go_time.h>

namespace bryo::kernel {
namespace {

/// `[k:v k2:v2]`
std::string custom_text(const ObjectAttributes& attributes) {
  std::string out;
  for (const auto& [key, value] : attributes.custom) {
    out.append(out.empty() ? "[" : " ").append(key).append(":").append(value);
  }
  if (!out.empty()) out.push_back(']');
  return out;
}

void add_metadata(ListEntry& entry, const ListProps& props, const ObjectAttributes& attributes) {
  if (props.checksum) entry.checksum = attributes.checksum_value;
  if (props.version) entry.version = attributes.version;
  if (props.custom) entry.custom = custom_text(attributes);
}

}  // namespace

ListRequest list_request(const ListMessage& message) {
  const auto& props = message.props;
  return {.prefix = message.prefix,
          .after = message.after,
          .limit = message.page_size,
          .recursive = !message.has(kListNoRecursion),
          .sizes = props.size || props.attributes(),
          .attributes = props.attributes(),
          .atimes = props.atime};
}

ListEntry list_entry(ListedObject listed, const ListMessage& message, const ObjectLocations& locations) {
  ListEntry entry;
  entry.name = std::move(listed.name);
  if (listed.directory) {
    entry.flags = kEntryDirectory;
    return entry;
  }
  entry.flags = static_cast<std::uint16_t>(kEntryCached | (listed.chunked ? kEntryChunked : 0));
  const auto& props = message.props;
  if (props.size) entry.size = listed.size;
  if (props.atime) entry.atime = format_go_time(listed.atime_ns, message.time_format);
  if (props.location) entry.location = locations.of(listed.mountpath);
  if (props.copies) entry.copies = 1;
  if (listed.attributes) add_metadata(entry, props, *listed.attributes);
  return entry;
}

ListReply list_reply(ListPage page, const ListMessage& message, const ObjectLocations& locations) {
  ListReply reply;
  reply.uuid = message.uuid;
  // "A full page" is also the last one of a bucket whose size is a multiple of the page: then an empty page ends it.
  if (page.entries.size() >= message.page_size) reply.continuation_token = page.entries.back().name;
  reply.entries.reserve(page.entries.size());
  for (auto& listed : page.entries) reply.entries.push_back(list_entry(std::move(listed), message, locations));
  return reply;
}

ListReply remote_list_reply(BackendPage page, const ListMessage& message,
                            const std::unordered_set<std::string>& present) {
  ListReply reply;
  reply.uuid = message.uuid;
  reply.continuation_token = std::move(page.next);
  reply.entries.reserve(page.entries.size());
  for (BackendEntry& listed : page.entries) {
    ListEntry& entry = reply.entries.emplace_back();
    entry.name = std::move(listed.name);
    if (listed.directory) {
      entry.flags = kEntryDirectory;
      continue;
    }
    if (present.contains(entry.name)) entry.flags = kEntryCached;
    if (message.props.size) entry.size = listed.attributes.size;
    add_metadata(entry, message.props, listed.attributes);
  }
  return reply;
}

}  // namespace bryo::kernel
