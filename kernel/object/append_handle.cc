#include <kernel/object/append_handle.h>

#include <charconv>

namespace bryo::kernel {

std::string format_append_handle(const AppendHandle& handle) {
  return handle.target + "|" + handle.upload + "|" + std::to_string(handle.size);
}

Result<AppendHandle> parse_append_handle(std::string_view text) {
  const auto first = text.find('|');
  const auto second = text.rfind('|');
  AppendHandle handle;
  const char* const end = text.data() + text.size();
  if (first != std::string_view::npos && first != second && first > 0) {
    const auto [stop, error] = std::from_chars(text.data() + second + 1, end, handle.size);
    handle.target = text.substr(0, first);
    handle.upload = text.substr(first + 1, second - first - 1);
    if (error == std::errc() && stop == end && !handle.upload.empty()) return handle;
  }
  return Error(Errc::InvalidArgument, "invalid APPEND handle: \"" + std::string(text.substr(0, 300)) + "\"");
}

}  // namespace bryo::kernel
