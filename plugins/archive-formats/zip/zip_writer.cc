#include "zip_writer.h"

#include <libdeflate.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "zip_layout.h"

namespace bryo::zip {
namespace {

constexpr std::uint16_t kVersion = 20;
constexpr std::uint16_t kWideVersion = 45;
constexpr std::uint16_t kNoTime = 0;
constexpr std::uint16_t kNoDate = 1 << 5 | 1;  // the first day that the field can tell, in 1980
constexpr std::size_t kMaxName = 0xffff;
constexpr std::size_t kTimestampSize = 4 + 5;
constexpr std::size_t kWideSizes = 4 + 16;
constexpr std::size_t kWideNumbers = 4 + 24;

/// Appends fields to memory that has been grown for them.
class Fields {
 public:
  explicit Fields(MutableBytes room) : at_(room.data()) {}
  template <class T>
  Fields& put(T value) {
    std::memcpy(at_, &value, sizeof value);
    at_ += sizeof value;
    return *this;
  }
  Fields& put16(std::size_t value) { return put(static_cast<std::uint16_t>(value)); }
  Fields& put32(std::uint64_t value) { return put(static_cast<std::uint32_t>(value)); }
  Fields& put64(std::uint64_t value) { return put(value); }
  Fields& text(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
    return *this;
  }
  /// Modified at second 0.
  Fields& timestamp() { return put(kTimestampExtra).put16(5).put(std::uint8_t{1}).put32(0); }

 private:
  std::byte* at_;
};

bool is_wide(std::uint64_t number) { return number >= kNarrow32; }

std::uint64_t narrow(std::uint64_t number, bool wide) { return wide ? kNarrow32 : number; }

/// Bytes of the UTF-8 sequence (RFC 3629) with which `text` begins; 0: it is none.
std::size_t utf8_sequence(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (at(i) & 0xC0) == 0x80; };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if ((lead & 0xF0) == 0xE0) {
    const bool overlong = lead == 0xE0 && at(1) < 0xA0;
    const bool surrogate = lead == 0xED && at(1) > 0x9F;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool overlong = lead == 0xF0 && at(1) < 0x90;
    const bool too_large = lead == 0xF4 && at(1) > 0x8F;
    return follows(1) && follows(2) && follows(3) && !overlong && !too_large ? 4 : 0;
  }
  return 0;
}

/// Whether a reader must be told that the name is UTF-8: as Go's archive/zip has it, for names that are UTF-8 and hold
/// a character on which the code pages of old do not agree.
bool needs_utf8_flag(std::string_view name) {
  bool needed = false;
  for (std::size_t n = 0; !name.empty(); name.remove_prefix(n)) {
    n = utf8_sequence(name);
    if (n == 0) return false;
    needed = needed || n > 1 || name[0] < 0x20 || name[0] > 0x7d || name[0] == '\\';
  }
  return needed;
}

}  // namespace

std::size_t ZipWriter::max_header(std::size_t name_size) const noexcept {
  return kLocalSize + name_size + kTimestampSize + kWideSizes;
}

bool ZipWriter::Written::deflated() const noexcept { return (flags & kHasDescriptor) == 0; }
std::uint16_t ZipWriter::Written::method() const noexcept { return deflated() ? kDeflatedMethod : kStoredMethod; }
bool ZipWriter::Written::wide_sizes() const noexcept { return is_wide(size) || is_wide(packed); }

Status ZipWriter::begin(std::string_view name, std::uint64_t size, ArchiveBuffer& out) {
  return begin(name, {.size = size, .packed = size, .flags = kHasDescriptor}, out);
}

Result<bool> ZipWriter::begin_packed(std::string_view name, std::string_view format, const Member& member,
                                     ArchiveBuffer& out) {
  if (format != ".zip" || member.kind != kDeflatedMethod || member.stored) return false;
  BRYO_CHECK(begin(name, {.size = member.size, .packed = member.packed, .crc = member.check}, out));
  return true;
}

Status ZipWriter::begin(std::string_view name, Written written, ArchiveBuffer& out) {
  if (name.empty()) return Error(Errc::InvalidArgument, "a member of a ZIP archive needs a name");
  if (std::memchr(name.data(), '\0', name.size()) != nullptr) {
    return Error(Errc::InvalidArgument, "a name with NUL cannot be written into a ZIP archive");
  }
  if (name.size() > kMaxName) {
    return Error(Errc::InvalidArgument, "a name of " + std::to_string(name.size()) +
                                            " bytes cannot be written into a ZIP archive: at most 65535 fit");
  }
  written.header = offset_;
  written.name_size = static_cast<std::uint16_t>(name.size());
  written.flags = static_cast<std::uint16_t>(written.flags | (needs_utf8_flag(name) ? kUtf8 : 0));
  const bool wide = written.wide_sizes();
  const std::size_t extra = kTimestampSize + (wide ? kWideSizes : 0);
  const std::size_t header = kLocalSize + name.size() + extra;
  Fields fields(out.grow(header));
  fields.put(kLocalSignature).put(wide ? kWideVersion : kVersion).put(written.flags).put(written.method());
  fields.put(kNoTime).put(kNoDate).put(written.crc);
  // With a descriptor the sizes stand there.
  fields.put32(wide ? kNarrow32 : written.deflated() ? written.packed : 0);
  fields.put32(wide ? kNarrow32 : written.deflated() ? written.size : 0);
  fields.put16(name.size()).put16(extra).text(name).timestamp();
  if (wide) fields.put(kWideExtra).put16(kWideSizes - 4).put64(written.size).put64(written.packed);
  members_.push_back(written);
  names_.append(name);
  offset_ += header + written.packed;
  return {};
}

Status ZipWriter::content(BytesView bytes, ArchiveBuffer&) {
  std::uint32_t& crc = members_.back().crc;
  crc = ::libdeflate_crc32(crc, bytes.data(), bytes.size());
  return {};
}

Status ZipWriter::end(ArchiveBuffer& out) {
  const Written& member = members_.back();
  if (member.deflated()) return {};
  const std::size_t before = out.size();
  if (member.wide_sizes()) {
    Fields(out.grow(24)).put(kDescriptorSignature).put(member.crc).put64(member.size).put64(member.size);
  } else {
    Fields(out.grow(16)).put(kDescriptorSignature).put(member.crc).put32(member.size).put32(member.size);
  }
  offset_ += out.size() - before;
  return {};
}

Status ZipWriter::finish(ArchiveBuffer& out) {
  const std::uint64_t directory = offset_;
  const std::size_t before = out.size();
  out.append(kept_);
  std::string_view names = names_;
  for (const Written& member : members_) {
    const std::string_view name = names.substr(0, member.name_size);
    names.remove_prefix(member.name_size);
    const bool wide = member.wide_sizes() || is_wide(member.header);
    const std::size_t extra = kTimestampSize + (wide ? kWideNumbers : 0);
    Fields fields(out.grow(kEntrySize + name.size() + extra + name.size()));
    fields.put(kEntrySignature).put(kVersion).put(wide ? kWideVersion : kVersion).put(member.flags);
    fields.put(member.method()).put(kNoTime).put(kNoDate).put(member.crc);
    fields.put32(narrow(member.packed, wide)).put32(narrow(member.size, wide));
    fields.put16(name.size()).put16(extra).put16(name.size());
    fields.put32(0).put32(0);  // disk, internal and external attributes
    fields.put32(narrow(member.header, wide)).text(name).timestamp();
    if (wide) {
      fields.put(kWideExtra).put16(kWideNumbers - 4).put64(member.size).put64(member.packed).put64(member.header);
    }
    fields.text(name);
  }
  const std::uint64_t size = out.size() - before;
  const std::uint64_t count = kept_entries_ + members_.size();
  const bool wide = count >= kNarrow16 || is_wide(size) || is_wide(directory);
  if (wide) {
    Fields fields(out.grow(kWideEndSize + kLocatorSize));
    fields.put(kWideEndSignature).put64(kWideEndSize - 12).put(kWideVersion).put(kWideVersion).put32(0).put32(0);
    fields.put64(count).put64(count).put64(size).put64(directory);
    fields.put(kLocatorSignature).put32(0).put64(directory + size).put32(1);
  }
  Fields fields(out.grow(kEndSize));
  fields.put(kEndSignature).put32(0);  // disks
  fields.put16(wide ? kNarrow16 : count).put16(wide ? kNarrow16 : count);
  fields.put32(narrow(size, wide)).put32(narrow(directory, wide)).put16(0);
  return {};
}

}  // namespace bryo::zip
