#include <kernel/store/text_fields.h>
#include <kernel/store/upload_record.h>

namespace bryo::kernel {
namespace {

constexpr std::string_view kUploadFormat = "1";

Error damaged_upload() { return {Errc::Io, "damaged metadata (attribute user.bryo.upload)"}; }

}  // namespace

std::string encode(const UploadRecord& record) {
  std::string out(kUploadFormat);
  out.append(record.kind == UploadKind::Append ? " a " : " m ");
  append_number(out, record.bucket_id, 16);
  return out.append(" ").append(record.object);
}

std::string encode(const PieceRecord& record) {
  std::string out(kUploadFormat);
  out.push_back(' ');
  append_number(out, record.size);
  out.push_back(' ');
  append_number(out, record.crc32c, 16);
  return out;
}

Result<UploadRecord> decode_upload_record(std::string_view text) {
  if (next_field(text) != kUploadFormat) return damaged_upload();
  const std::string_view kind = next_field(text);
  const auto bucket = parse_number<std::uint64_t>(next_field(text), 16);
  if ((kind != "a" && kind != "m") || !bucket || text.empty()) return damaged_upload();
  return UploadRecord{.kind = kind == "a" ? UploadKind::Append : UploadKind::Multipart,
                      .bucket_id = *bucket,
                      .object = std::string(text)};
}

Result<PieceRecord> decode_piece_record(std::string_view text) {
  if (next_field(text) != kUploadFormat) return damaged_upload();
  const auto size = parse_number<std::uint64_t>(next_field(text));
  const auto crc = parse_number<std::uint32_t>(text, 16);
  if (!size || !crc) return damaged_upload();
  return PieceRecord{.size = *size, .crc32c = *crc};
}

}  // namespace bryo::kernel
