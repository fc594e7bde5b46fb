#include <kernel/config/references.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace bryo::kernel {
namespace {

constexpr std::string_view kFile = "file:";
constexpr std::size_t kLargestReferredFile = 1 << 20;

Result<std::string> read_file(std::string_view path_text, const std::string& directory) {
  std::filesystem::path path(path_text);
  if (path.is_relative()) path = std::filesystem::path(directory) / path;
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return Error(Errc::InvalidArgument, "refers to the file '" + path.string() + "', which " +
                                            (error ? "cannot be read: " + error.message() : "is not a regular file"));
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return Error(Errc::InvalidArgument,
                 "refers to the file '" + path.string() + "', which cannot be read: " + std::strerror(errno));
  }
  std::string content(kLargestReferredFile + 1, '\0');
  in.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(in.gcount()));
  if (content.size() > kLargestReferredFile) {
    return Error(Errc::InvalidArgument, "refers to the file '" + path.string() + "', which is larger than 1MiB");
  }
  if (content.ends_with('\n')) content.pop_back();
  if (content.ends_with('\r')) content.pop_back();
  return content;
}

}  // namespace

Result<std::string> resolve_references(std::string_view text, const std::string& directory) {
  if (text.starts_with(kFile)) return read_file(text.substr(kFile.size()), directory);
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text.substr(i).starts_with("$${")) {
      out += "${";
      i += 3;
    } else if (text.substr(i).starts_with("${")) {
      const std::size_t end = text.find('}', i);
      if (end == std::string_view::npos) return Error(Errc::InvalidArgument, "has a \"${\" without its \"}\"");
      const std::string name(text.substr(i + 2, end - i - 2));
      const char* value = std::getenv(name.c_str());
      if (value == nullptr) {
        return Error(Errc::InvalidArgument, "refers to ${" + name + "}, which is not set in the environment");
      }
      out += value;
      i = end + 1;
    } else {
      out += text[i++];
    }
  }
  return out;
}

std::string escape_references(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value.substr(i).starts_with("${")) out += '$';
    out += value[i];
  }
  return out;
}

}  // namespace bryo::kernel
