#include <kernel/store/leaf_table.h>

#include <algorithm>
#include <cstring>

namespace bryo::kernel {
namespace {

template <class Integer>
char* append_hex(char* out, Integer value) noexcept {
  constexpr std::size_t kDigits = 2 * sizeof(Integer);
  for (std::size_t i = 0; i < kDigits; ++i) *out++ = "0123456789abcdef"[(value >> (4 * (kDigits - 1 - i))) & 15];
  return out;
}

}  // namespace

std::size_t LeafTable::find(std::string_view name) const noexcept {
  const auto above = std::upper_bound(ranges.begin(), ranges.end(), name,
                                      [](std::string_view n, const LeafRange& range) { return n < range.leaf->lower; });
  return above == ranges.begin() ? 0 : static_cast<std::size_t>(above - ranges.begin()) - 1;
}

std::optional<std::string_view> LeafTable::upper(std::size_t index) const noexcept {
  if (index + 1 >= ranges.size()) return std::nullopt;
  return ranges[index + 1].leaf->lower;
}

ObjectPath::ObjectPath(std::uint64_t bucket_id, std::uint32_t leaf, std::string_view file_name) noexcept {
  char* out = append_hex(text_.data(), bucket_id);
  *out++ = '/';
  out = append_hex(out, leaf);
  *out++ = '/';
  std::memcpy(out, file_name.data(), file_name.size());
  out[file_name.size()] = '\0';
}

std::string bucket_path(std::uint64_t bucket_id) {
  std::string out(16, '0');
  append_hex(out.data(), bucket_id);
  return out;
}

std::string leaf_path(std::uint64_t bucket_id, std::uint32_t leaf) {
  std::string out(8, '0');
  append_hex(out.data(), leaf);
  return bucket_path(bucket_id) + "/" + out;
}

}  // namespace bryo::kernel
