#pragma once

/// TAR archives for tests, made header by header so that they can be wrong.

#include <bryo/testing.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "pax_records.h"
#include "tar_header.h"
#include "tar_reader.h"
#include "tar_writer.h"

namespace bryo::tar {

inline std::string record(std::string_view key, std::string_view value) {
  std::string out;
  append_pax_record(out, key, value);
  return out;
}

/// A header of its own making. Fields can be set at will before `bytes` adds the checksum.
struct RawHeader {
  explicit RawHeader(std::string_view name, std::uint64_t size = 0, char type = kRegular) {
    put(kName, name);
    number(kMode, 0644);
    number(kUid, 0);
    number(kGid, 0);
    number(kSize, size);
    number(kMtime, 0);
    block[kType.offset] = type;
    put(kMagic, kUstarMagic);
  }
  RawHeader& put(Field field, std::string_view text) {
    std::memcpy(block.data() + field.offset, text.data(), std::min(field.size, text.size()));
    return *this;
  }
  RawHeader& number(Field field, std::uint64_t value) {
    put_octal({block.data() + field.offset, field.size}, value);
    return *this;
  }
  /// GNU's form of large numbers.
  RawHeader& base256(Field field, std::uint64_t value) {
    for (std::size_t i = field.size; i-- > 0; value >>= 8) block[field.offset + i] = static_cast<char>(value & 0xFF);
    block[field.offset] = static_cast<char>(block[field.offset] | 0x80);
    return *this;
  }
  [[nodiscard]] std::string bytes() {
    put(kChecksum, "        ");
    unsigned sum = 0;
    for (const char c : block) sum += static_cast<unsigned char>(c);
    put_octal({block.data() + kChecksum.offset, 7}, sum);
    return block;
  }

  std::string block = std::string(kBlock, '\0');
};

/// Content up to the next block.
inline std::string padded(std::string content) {
  content.resize(content.size() + padding(content.size()), '\0');
  return content;
}

inline std::string member(std::string_view name, const std::string& content, char type = kRegular) {
  return RawHeader(name, content.size(), type).bytes() + padded(content);
}

inline std::string end_blocks() { return std::string(2 * kBlock, '\0'); }

/// `records` before a member.
inline std::string pax(const std::string& records) { return member("PaxHeaders.0/x", records, kPaxHeader); }

/// Reads archives of a test.
class Reading {
 public:
  explicit Reading(std::string bytes)
      : object_(std::make_shared<testing::MemoryObject>(std::move(bytes), 1)),
        index_(testing::index_of(TarReader(), *object_, "ais://b/s.tar")) {}

  [[nodiscard]] bool failed() const { return index_.has_error(); }
  [[nodiscard]] std::string error() const { return index_.error().message(); }
  [[nodiscard]] const MemberIndex& index() const { return **index_; }
  [[nodiscard]] const testing::MemoryObject& object() const { return *object_; }
  /// The content of a member; "<missing>" or "<why>" when there is none.
  [[nodiscard]] std::string content(std::string_view name) const {
    if (failed()) return "<" + error() + ">";
    const auto found = index().find(name);
    if (!found) {
      const auto why = index().why_missing(name);
      return why ? "<missing>" : "<" + why.error().message() + ">";
    }
    std::string out(found->size, '\0');
    const auto read = object_->read_blocking(found->offset, std::as_writable_bytes(std::span(out)));
    return read ? out : "<" + read.error().message() + ">";
  }

 private:
  std::shared_ptr<testing::MemoryObject> object_;
  Result<std::unique_ptr<testing::MemoryMembers>> index_;
};

/// What a writer makes of one member.
inline std::string written(std::string_view name, std::string_view content) {
  TarWriter writer;
  ArchiveBuffer out;
  if (!writer.begin(name, content.size(), out)) return "<refused>";
  out.append(content);
  EXPECT_TRUE(writer.end(out));
  return std::string(as_text(out.view()));
}

}  // namespace bryo::tar
