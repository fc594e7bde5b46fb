#include "tar_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "pax_records.h"
#include "tar_header.h"

namespace bryo::tar {
namespace {

using Block = std::array<char, kBlock>;

std::span<char> at(char* block, Field field) { return {block + field.offset, field.size}; }

std::uint32_t sum_of(const char* bytes, std::size_t n) noexcept {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += static_cast<unsigned char>(bytes[i]);
  return sum;
}

/// Six digits, NUL, space.
void put_checksum(char* block, std::uint32_t sum) noexcept {
  put_octal({block + kChecksum.offset, 7}, sum);
  block[kChecksum.offset + 7] = ' ';
}

/// What all members share, with blanks for a checksum: name, prefix and size are empty.
struct Template {
  Block member{};
  Block pax{};
  std::uint32_t member_sum;

  Template() {
    for (Block* block : {&member, &pax}) {
      for (const Field field : {kMode, kUid, kGid, kMtime}) put_octal(at(block->data(), field), 0);
      std::memset(block->data() + kChecksum.offset, ' ', kChecksum.size);
      std::memcpy(block->data() + kMagic.offset, kUstarMagic.data(), kUstarMagic.size());
    }
    put_octal(at(member.data(), kMode), 0644);
    put_octal(at(member.data(), kDeviceMajor), 0);
    put_octal(at(member.data(), kDeviceMinor), 0);
    member[kType.offset] = kRegular;
    pax[kType.offset] = kPaxHeader;
    member_sum = sum_of(member.data(), member.size());
  }
};
const Template kTemplate;

bool is_ascii(std::string_view text) noexcept {
  unsigned char all = 0;
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return all < 0x80;
}

std::string ascii_only(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out), [](char c) { return (c & 0x80) == 0; });
  return out;
}

/// Prefix and name, when a '/' splits an ASCII name so that both fit; the last such '/' is taken.
std::optional<std::pair<std::string_view, std::string_view>> split(std::string_view name) {
  std::size_t searched = std::min(name.size(), kPrefix.size + 1);
  if (searched == name.size() && name.ends_with('/')) --searched;
  const auto slash = name.substr(0, searched).rfind('/');
  if (slash == std::string_view::npos || slash == 0) return std::nullopt;
  const auto rest = name.substr(slash + 1);
  if (rest.empty() || rest.size() > kName.size) return std::nullopt;
  return std::pair(name.substr(0, slash), rest);
}

void put_text(char* block, Field field, std::string_view text) {
  std::memcpy(block + field.offset, text.data(), std::min(field.size, text.size()));
}

/// The plain header, nearly always the only one: a copy of the template and a sum over what differs.
void append_ustar(std::string_view prefix, std::string_view name, std::uint64_t size, ArchiveBuffer& out) {
  auto* block = reinterpret_cast<char*>(out.grow(kBlock).data());
  std::memcpy(block, kTemplate.member.data(), kBlock);
  std::memcpy(block + kName.offset, name.data(), name.size());
  if (!prefix.empty()) std::memcpy(block + kPrefix.offset, prefix.data(), prefix.size());
  put_octal(at(block, kSize), size);
  put_checksum(block, kTemplate.member_sum + sum_of(name.data(), name.size()) + sum_of(prefix.data(), prefix.size()) +
                          sum_of(block + kSize.offset, kSize.size));
}

/// `{dir}/PaxHeaders.0/{base}`, ASCII, at most as long as the name field.
std::string pax_header_name(std::string_view name) {
  const auto slash = name.rfind('/');
  std::string out(name.substr(0, slash == std::string_view::npos ? 0 : slash + 1));
  out.append("PaxHeaders.0/").append(slash == std::string_view::npos ? name : name.substr(slash + 1));
  const auto twice = [](char a, char b) { return a == '/' && b == '/'; };
  out.erase(std::unique(out.begin(), out.end(), twice), out.end());
  out = ascii_only(out).substr(0, kName.size);
  while (out.ends_with('/')) out.pop_back();
  return out;
}

/// The name field of a header whose full name stands in a PAX record. Without a '/' where the field ends: readers of
/// old take such a member for a directory.
std::string short_name(std::string_view name) {
  std::string out = ascii_only(name).substr(0, kName.size);
  while (out.size() == kName.size && out.ends_with('/')) out.pop_back();
  return out;
}

void append_pax_header(std::string_view name, std::string_view records, ArchiveBuffer& out) {
  auto* block = reinterpret_cast<char*>(out.grow(kBlock).data());
  std::memcpy(block, kTemplate.pax.data(), kBlock);
  put_text(block, kName, pax_header_name(name));
  put_octal(at(block, kSize), records.size());
  put_checksum(block, sum_of(block, kBlock));
  out.append(records);
  out.append_zeros(padding(records.size()));
}

}  // namespace

std::size_t TarWriter::max_header(std::size_t name_size) const noexcept {
  constexpr std::size_t kRecords = 64;  // the two records without the name
  return 5 * kBlock + name_size + kRecords;
}

Status TarWriter::begin(std::string_view name, std::uint64_t size, ArchiveBuffer& out) {
  if (name.empty()) return Error(Errc::InvalidArgument, "a member of a TAR archive needs a name");
  if (std::memchr(name.data(), '\0', name.size()) != nullptr) {
    return Error(Errc::InvalidArgument, "a name with NUL cannot be written into a TAR archive");
  }
  out.append_zeros(lead_);
  padding_ = padding(size);
  const bool ascii = is_ascii(name);
  if (ascii && size <= kMaxOctalSize) {
    if (name.size() <= kName.size) {
      append_ustar({}, name, size, out);
      return {};
    }
    if (const auto parts = split(name)) {
      append_ustar(parts->first, parts->second, size, out);
      return {};
    }
  }
  std::string records;
  if (!ascii || name.size() > kName.size) append_pax_record(records, "path", name);
  if (size > kMaxOctalSize) append_pax_record(records, "size", std::to_string(size));
  append_pax_header(name, records, out);
  append_ustar({}, short_name(name), size > kMaxOctalSize ? 0 : size, out);
  return {};
}

Status TarWriter::end(ArchiveBuffer& out) {
  lead_ = 0;
  out.append_zeros(padding_);
  return {};
}

Status TarWriter::finish(ArchiveBuffer& out) {
  out.append_zeros(lead_ + 2 * kBlock);
  return {};
}

}  // namespace bryo::tar
