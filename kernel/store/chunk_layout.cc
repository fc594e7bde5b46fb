#include <kernel/store/chunk_layout.h>
#include <kernel/store/disk_error.h>
#include <kernel/store/text_fields.h>

#include <sys/stat.h>
#include <sys/xattr.h>

#include <array>
#include <cerrno>

namespace bryo::kernel {
namespace {

constexpr const char* kChunksAttribute = "user.bryo.chunks";

}  // namespace

bool is_chunked(mode_t mode) noexcept { return (mode & S_ISVTX) != 0; }

std::optional<ChunkLayout> read_chunk_layout(int descriptor) {
  std::array<char, 64> text;
  const ssize_t size = ::fgetxattr(descriptor, kChunksAttribute, text.data(), text.size());
  if (size <= 0) return std::nullopt;
  std::string_view rest(text.data(), static_cast<std::size_t>(size));
  const auto count = parse_number<std::uint32_t>(next_field(rest));
  const auto max_size = parse_number<std::uint64_t>(rest);
  if (!count || !max_size) return std::nullopt;
  return ChunkLayout{.count = *count, .max_size = *max_size};
}

Status write_chunk_layout(int descriptor, const ChunkLayout& layout, const std::string& object,
                          const Mountpath& mountpath) {
  const std::string text = std::to_string(layout.count) + " " + std::to_string(layout.max_size);
  struct stat info {};
  if (::fsetxattr(descriptor, kChunksAttribute, text.data(), text.size(), 0) != 0 || ::fstat(descriptor, &info) != 0 ||
      ::fchmod(descriptor, info.st_mode | S_ISVTX) != 0) {
    return disk_error(errno, "cannot describe " + object + " on mountpath " + mountpath.path(), mountpath.path());
  }
  return {};
}

}  // namespace bryo::kernel
