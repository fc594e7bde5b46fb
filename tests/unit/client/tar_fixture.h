#pragma once

/// TAR archives made by hand, so that the reader is not tested against a writer of the same hand.

#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace bryo::client {

/// A header block with a right checksum.
inline std::string tar_header(std::string_view name, std::size_t size, char type = '0', std::string_view prefix = {}) {
  std::string block(512, '\0');
  block.replace(0, name.size(), name);
  block.replace(100, 7, "0000644");
  char text[16];
  std::snprintf(text, sizeof text, "%011zo", size);
  block.replace(124, 11, text);
  block.replace(136, 11, "00000000000");
  block[156] = type;
  block.replace(257, 8, std::string_view("ustar\00000", 8));
  block.replace(345, prefix.size(), prefix);
  block.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  std::snprintf(text, sizeof text, "%06o", sum);
  block.replace(148, 6, text);
  block[154] = '\0';
  return block;
}

inline std::string padded(std::string_view bytes) {
  std::string out(bytes);
  out.resize((out.size() + 511) / 512 * 512);
  return out;
}

inline std::string tar_file(std::string_view name, std::string_view content) {
  return tar_header(name, content.size()) + padded(content);
}

inline std::string pax_record(std::string_view key, std::string_view value) {
  const auto rest = key.size() + value.size() + 3;
  auto length = rest + 1;
  while (std::to_string(length).size() + rest != length) ++length;
  return std::to_string(length) + " " + std::string(key) + "=" + std::string(value) + "\n";
}

inline std::string tar_pax(std::string_view records) {
  return tar_header("PaxHeaders.0/x", records.size(), 'x') + padded(records);
}

inline std::string tar_end() { return std::string(1024, '\0'); }

}  // namespace bryo::client
