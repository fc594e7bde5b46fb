#include <bryo/client/zip_writer.h>
#include <zlib.h>

#include <algorithm>

namespace bryo::client {
namespace {

// APPNOTE.TXT 6.3.10, sections 4.3 to 4.5. Numbers are little endian.
constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kDescriptorSignature = 0x08074b50;
constexpr std::uint32_t kEntrySignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kWideEndSignature = 0x06064b50;
constexpr std::uint32_t kLocatorSignature = 0x07064b50;
constexpr std::uint16_t kVersion = 20;
constexpr std::uint16_t kWideVersion = 45;
constexpr std::uint16_t kWideExtra = 1;
constexpr std::uint16_t kHasDescriptor = 1U << 3U;
constexpr std::uint16_t kUtf8 = 1U << 11U;
constexpr std::uint32_t kFirstDay = 1U << 21U | 1U << 16U;  // time and date: 1980-01-01 00:00
constexpr std::uint64_t kNarrow16 = 0xffff;
constexpr std::uint64_t kNarrow32 = 0xffffffff;

/// Fields one after the other.
class Fields {
 public:
  Fields& put16(std::uint64_t value) { return put(value, 2); }
  Fields& put32(std::uint64_t value) { return put(value, 4); }
  Fields& put64(std::uint64_t value) { return put(value, 8); }
  Fields& text(std::string_view value) {
    bytes_.append(value);
    return *this;
  }
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

 private:
  Fields& put(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xffU);
    return *this;
  }
  std::string bytes_;
};

/// Readers take names for UTF-8 only if told; names of plain ASCII need no flag.
std::uint16_t flags_of(std::string_view name) {
  const bool ascii =
      std::all_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
  return static_cast<std::uint16_t>(kHasDescriptor | (ascii ? 0 : kUtf8));
}

}  // namespace

Status ZipWriter::begin(std::string_view name, std::uint64_t size) {
  if (name.empty() || name.find('\0') != std::string_view::npos || name.size() > kNarrow16) {
    return Error(Errc::InvalidArgument,
                 "a ZIP cannot hold a file with an empty name, one with NUL, or one of more than 65535 bytes");
  }
  BRYO_CHECK(complete());
  const bool wide = size >= kNarrow32;
  Fields fields;
  fields.put32(kLocalSignature).put16(wide ? kWideVersion : kVersion).put16(flags_of(name)).put16(0);
  const std::uint64_t later = wide ? kNarrow32 : 0;  // sizes stand in the descriptor
  fields.put32(kFirstDay).put32(0).put32(later).put32(later).put16(name.size()).put16(wide ? 20 : 0).text(name);
  if (wide) fields.put16(kWideExtra).put16(16).put64(size).put64(size);
  members_.push_back({std::string(name), offset_, size, 0});
  left_ = size;
  open_ = true;
  return send(fields.bytes());
}

Status ZipWriter::write(std::span<const std::byte> bytes) {
  if (bytes.size() > left_) return Error(Errc::Internal, "more bytes than announced for a file of the ZIP");
  auto& crc = members_.back().crc;
  crc = static_cast<std::uint32_t>(::crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
  left_ -= bytes.size();
  offset_ += bytes.size();
  return sink_.write(bytes);
}

Status ZipWriter::finish() {
  BRYO_CHECK(complete());
  const auto directory = offset_;
  for (const auto& member : members_) {
    const bool wide = member.size >= kNarrow32 || member.offset >= kNarrow32;
    const auto size = wide ? kNarrow32 : member.size;
    Fields fields;
    fields.put32(kEntrySignature).put16(kVersion).put16(wide ? kWideVersion : kVersion).put16(flags_of(member.name));
    fields.put16(0).put32(kFirstDay).put32(member.crc).put32(size).put32(size);
    fields.put16(member.name.size()).put16(wide ? 28 : 0).put16(0).put16(0).put16(0).put32(0);
    fields.put32(wide ? kNarrow32 : member.offset).text(member.name);
    if (wide) fields.put16(kWideExtra).put16(24).put64(member.size).put64(member.size).put64(member.offset);
    BRYO_CHECK(send(fields.bytes()));
  }
  const auto size = offset_ - directory;
  const std::uint64_t count = members_.size();
  Fields end;
  if (count >= kNarrow16 || size >= kNarrow32 || directory >= kNarrow32) {
    end.put32(kWideEndSignature).put64(44).put16(kWideVersion).put16(kWideVersion).put32(0).put32(0);
    end.put64(count).put64(count).put64(size).put64(directory);
    end.put32(kLocatorSignature).put32(0).put64(directory + size).put32(1);
  }
  const auto shown = std::min(count, kNarrow16);
  end.put32(kEndSignature).put32(0).put16(shown).put16(shown);
  end.put32(std::min(size, kNarrow32)).put32(std::min(directory, kNarrow32)).put16(0);
  return send(end.bytes());
}

Status ZipWriter::complete() {
  if (left_ > 0) return Error(Errc::Internal, "a file of the ZIP is " + std::to_string(left_) + " bytes short");
  if (!open_) return {};
  open_ = false;
  const auto& member = members_.back();
  Fields fields;
  fields.put32(kDescriptorSignature).put32(member.crc);
  if (member.size >= kNarrow32) {
    fields.put64(member.size).put64(member.size);
  } else {
    fields.put32(member.size).put32(member.size);
  }
  return send(fields.bytes());
}

Status ZipWriter::send(std::string_view bytes) {
  offset_ += bytes.size();
  return sink_.write(bytes_of(bytes));
}

}  // namespace bryo::client
