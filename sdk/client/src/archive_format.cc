#include <bryo/client/archive_format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace bryo::client {
namespace {

using FormatName = std::pair<std::string_view, ArchiveFormat>;

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

constexpr auto kExtensions = std::to_array<FormatName>({{".tar", ArchiveFormat::Tar},
                                                        {".tgz", ArchiveFormat::Tgz},
                                                        {".tar.gz", ArchiveFormat::TarGz},
                                                        {".zip", ArchiveFormat::Zip},
                                                        {".tar.lz4", ArchiveFormat::TarLz4}});

constexpr auto kMimeTypes = std::to_array<FormatName>({{"application/x-tar", ArchiveFormat::Tar},
                                                       {"application/gzip", ArchiveFormat::Tgz},
                                                       {"application/x-lz4", ArchiveFormat::TarLz4},
                                                       {"application/zip", ArchiveFormat::Zip}});

}  // namespace

std::string_view extension_of(ArchiveFormat format) noexcept {
  return kExtensions[static_cast<std::size_t>(format)].first;
}

std::optional<ArchiveFormat> format_of_name(std::string_view file_name) noexcept {
  const auto name = lower_case(file_name.substr(file_name.size() - std::min<std::size_t>(file_name.size(), 16)));
  for (const auto& [extension, format] : kExtensions) {
    if (name.ends_with(extension)) return format;
  }
  return {};
}

Result<ArchiveFormat> parse_format(std::string_view text) {
  const auto name = lower_case(text);
  for (const auto& [extension, format] : kExtensions) {
    if (name == extension || name == extension.substr(1)) return format;
  }
  for (const auto& [type, format] : kMimeTypes) {
    if (name == type) return format;
  }
  return Error(Errc::InvalidArgument,
               "unknown archive format \"" + std::string(text) + "\": one of .tar .tgz .tar.gz .zip .tar.lz4");
}

}  // namespace bryo::client
