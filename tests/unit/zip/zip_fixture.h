#pragma once

/// Archives of a test, made field by field so that every field can lie.

#include <tests/unit/archive_contents.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "zip_layout.h"
#include "zip_reader.h"
#include "zip_writer.h"

namespace bryo::zip {

using archive_contents::Contents;
using archive_contents::mixed;

inline std::string deflated(std::string_view plain, int level = 6) {
  return archive_contents::deflated(plain, archive_contents::Wrapping::Raw, level);
}

inline std::uint32_t crc_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<z_size_t>(bytes.size())));
}

template <class T>
std::string le(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

/// One member; what is not set is as it should be.
struct Made {
  std::string name;
  std::string data;  ///< as it stands in the archive
  std::uint32_t crc = 0;
  std::uint64_t size = 0;  ///< inflated
  std::uint16_t method = kStoredMethod;
  std::uint16_t flags = 0;
  std::string local_extra{};
  std::string local_name{name};
  std::uint16_t local_method = method;
  bool wide = false;  ///< ZIP64 though nothing needs it
  std::uint64_t header = 0;
};

inline Made stored(std::string name, std::string content) {
  Made made{.name = name, .data = content, .crc = crc_of(content), .size = content.size(), .local_name = name};
  return made;
}
inline Made packed(std::string name, const std::string& content, int level = 6) {
  return {.name = name,
          .data = deflated(content, level),
          .crc = crc_of(content),
          .size = content.size(),
          .method = kDeflatedMethod,
          .local_name = name,
          .local_method = kDeflatedMethod};
}

inline std::string local_of(const Made& made) {
  return le(kLocalSignature) + le<std::uint16_t>(20) + le(made.flags) + le(made.local_method) + le<std::uint32_t>(0) +
         le(made.crc) + le(static_cast<std::uint32_t>(made.data.size())) + le(static_cast<std::uint32_t>(made.size)) +
         le(static_cast<std::uint16_t>(made.local_name.size())) +
         le(static_cast<std::uint16_t>(made.local_extra.size())) + made.local_name + made.local_extra + made.data;
}

inline std::string entry_of(const Made& made) {
  std::string extra;
  const auto number = [&](std::uint64_t value) {
    if (made.wide) extra += le(value);
    return le(made.wide ? kNarrow32 : static_cast<std::uint32_t>(value));
  };
  const std::string size = number(made.size);
  const std::string in_archive = number(made.data.size());
  const std::string header = number(made.header);
  if (made.wide)
    extra = le(kTimestampExtra) + le<std::uint16_t>(1) + "x" + le(kWideExtra) + le<std::uint16_t>(24) + extra;
  return le(kEntrySignature) + le<std::uint16_t>(20) + le<std::uint16_t>(20) + le(made.flags) + le(made.method) +
         le<std::uint32_t>(0) + le(made.crc) + in_archive + size + le(static_cast<std::uint16_t>(made.name.size())) +
         le(static_cast<std::uint16_t>(extra.size())) + le<std::uint16_t>(0) + le<std::uint16_t>(0) +
         le<std::uint16_t>(0) + le<std::uint32_t>(0) + header + made.name + extra;
}

/// `count`: as announced.
inline std::string end_of(std::size_t count, std::size_t size, std::size_t offset, const std::string& comment = "") {
  return le(kEndSignature) + le<std::uint32_t>(0) + le(static_cast<std::uint16_t>(count)) +
         le(static_cast<std::uint16_t>(count)) + le(static_cast<std::uint32_t>(size)) +
         le(static_cast<std::uint32_t>(offset)) + le(static_cast<std::uint16_t>(comment.size())) + comment;
}

/// Both ZIP64 records and the plain one. `at`: where the first begins, as it says.
inline std::string wide_end_of(std::uint64_t count, std::uint64_t size, std::uint64_t offset, std::uint64_t at) {
  return le(kWideEndSignature) + le<std::uint64_t>(44) + le<std::uint16_t>(45) + le<std::uint16_t>(45) +
         le<std::uint32_t>(0) + le<std::uint32_t>(0) + le(count) + le(count) + le(size) + le(offset) +
         le(kLocatorSignature) + le<std::uint32_t>(0) + le(at) + le<std::uint32_t>(1) + le(kEndSignature) +
         le<std::uint32_t>(0) + le(kNarrow16) + le(kNarrow16) + le(kNarrow32) + le(kNarrow32) + le<std::uint16_t>(0);
}

/// `tweak`, if given, may change an entry after its content is placed.
inline std::string archive_of(std::vector<Made> members, const std::function<void(std::vector<Made>&)>& tweak = {}) {
  std::string out;
  for (Made& made : members) {
    made.header = out.size();
    out += local_of(made);
  }
  if (tweak) tweak(members);
  const std::size_t directory = out.size();
  for (const Made& made : members) out += entry_of(made);
  return out + end_of(members.size(), out.size() - directory, directory);
}

/// Reads as the server does.
class ZipTest : public ::testing::Test {
 protected:
  static constexpr std::string_view kLabel = "ais://b/s.zip";

  /// The content, or "<why>".
  std::string read(const std::string& bytes, std::string_view name) {
    const testing::MemoryObject archive(bytes, 1);
    const auto index = testing::index_of(reader, archive, kLabel);
    if (!index) return "<" + index.error().message() + ">";
    const auto member = (*index)->find(name);
    if (!member) {
      const Status why = (*index)->why_missing(name);
      return why ? "<none>" : "<" + why.error().message() + ">";
    }
    if (member->stored) return bytes.substr(member->offset, member->size);
    std::string out;
    const auto keep = [&](std::size_t, BytesView piece) -> Status {
      out.append(as_text(piece));
      return {};
    };
    const MemberPart all{*member, 0, member->size};
    const Status done = reader.extract(archive, kLabel, **index, {&all, 1}, keep);
    return done ? out : "<" + done.error().message() + ">";
  }
  std::string error(const std::string& bytes) {
    const auto index = testing::index_of(reader, testing::MemoryObject(bytes, 1), kLabel);
    return index ? "<none>" : index.error().message();
  }

  testing::FakeRegistrar registrar;
  ZipReader reader{ZipOptions(registrar)};
};

}  // namespace bryo::zip
