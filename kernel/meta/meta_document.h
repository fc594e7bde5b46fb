#pragma once

/// The document of the embedded meta store: text whose records say their lengths, so that any bytes can be values.
///
///   bryo-meta 1 <XXH64 of the rest, 16 hex digits>\n
///   revision <number> entries <number>\n
///   <revision> <key bytes> <value bytes>\n<key>\n<value>\n      ... in key order

#include <bryo/result.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace bryo::kernel {

struct MetaValue {
  std::string value;
  std::uint64_t revision = 0;

  friend bool operator==(const MetaValue&, const MetaValue&) = default;
};

/// Everything that the store holds. A regular value.
struct MetaDocument {
  std::uint64_t revision = 0;  ///< of the last change
  std::map<std::string, MetaValue, std::less<>> entries;

  friend bool operator==(const MetaDocument&, const MetaDocument&) = default;
};

std::string encode_meta_document(const MetaDocument& document);

/// Fails with Io for damaged text and with Unsupported for a format of a newer version, saying what is wrong.
Result<MetaDocument> decode_meta_document(std::string_view text);

}  // namespace bryo::kernel
