#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::cli {

/// A file or object that goes into a shard.
struct SampleFile {
  std::string name;         ///< in the shard; of the object, or below the source folder
  std::uint64_t size = 0;   ///< bytes
  std::uint64_t stamp = 0;  ///< another one when the content changed: hash of the checksum, or time of change
};

/// Files that belong together and are never parted (a "record" of the reference's ishard).
struct Sample {
  std::string key;
  std::vector<SampleFile> files;
};

/// Where the last part of a name begins.
inline std::size_t base_of(std::string_view name) noexcept {
  const auto slash = name.rfind('/');
  return slash == std::string_view::npos ? 0 : slash + 1;
}

/// Where the extension begins: at the first dot of the last part, as WebDataset has it, but not at a dot that begins
/// it (".hidden"). The name's size if there is none.
inline std::size_t extension_at(std::string_view name) noexcept {
  const auto base = base_of(name);
  const auto dot = base == name.size() ? std::string_view::npos : name.find('.', base + 1);
  return dot == std::string_view::npos ? name.size() : dot;
}

}  // namespace bryo::cli
