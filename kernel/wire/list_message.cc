#include <kernel/wire/list_message.h>

#include <kernel/wire/action_message.h>
#include <kernel/wire/api_names.h>
#include <kernel/wire/go_time.h>

#include <algorithm>

namespace bryo::kernel {

Result<ListMessage> parse_list_message(const nlohmann::json& value) {
  ListMessage message;
  std::string props;
  std::string token;
  std::string start_after;
  std::int64_t page_size = 0;
  BRYO_CHECK(MessageReader(value, "list (apc.LsoMsg)")
                 .text("uuid", message.uuid)
                 .text("props", props)
                 .text("prefix", message.prefix)
                 .text("continuation_token", token)
                 .text("start_after", start_after)
                 .integer("pagesize", page_size)
                 .text_number("flags", message.flags)
                 .ignore("target")
                 .text("time_format", message.time_format)
                 .ignore("hdr")
                 .finish());
  if (page_size < 0) {
    return Error(Errc::InvalidArgument, "bad list-objects request: negative page size " + std::to_string(page_size));
  }
  if (message.prefix.find("..") != std::string::npos) {
    return Error(Errc::InvalidArgument,
                 "bad list-objects request: invalid prefix \"" + message.prefix.substr(0, 120) + "\"",
                 wire::kErrInvalidPath);
  }
  if (message.prefix.ends_with('*')) message.prefix.pop_back();
  if (page_size > 0) message.page_size = std::min(static_cast<std::size_t>(page_size), ListMessage::kMaxPage);
  if (message.time_format.empty()) message.time_format = kLayoutRfc822;
  message.after = std::max(std::move(token), std::move(start_after));
  message.props = list_props(props, message.flags);
  return message;
}

ListProps list_props(std::string_view props, std::uint64_t flags) {
  if ((flags & kListNameOnly) != 0) return {};
  if ((flags & kListNameSize) != 0) return {.size = true};
  if (props.empty()) {
    if ((flags & kListCached) != 0) return {.size = true, .checksum = true, .atime = true};
    return {.size = true};
  }
  const auto asks = [&](std::string_view word) { return props.find(word) != std::string_view::npos; };
  return {.size = asks("size"),
          .checksum = asks("checksum"),
          .atime = asks("atime"),
          .version = asks("version"),
          .location = asks("location"),
          .custom = asks("custom"),
          .copies = asks("copies")};
}

}  // namespace bryo::kernel
