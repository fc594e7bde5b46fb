#include <kernel/wire/list_page.h>

#include <kernel/wire/json_text.h>

#include <cstddef>

namespace bryo::kernel {
namespace {

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

void append_marked(std::string& out, unsigned char mark, std::uint64_t value, int bytes) {
  out.push_back(static_cast<char>(mark));
  append_big_endian(out, value, bytes);
}

void append_text(std::string& out, std::string_view text) {
  const std::size_t size = text.size();
  if (size < 32) {
    out.push_back(static_cast<char>(0xA0 | size));
  } else if (size < 256) {
    append_marked(out, 0xD9, size, 1);
  } else if (size < 65536) {
    append_marked(out, 0xDA, size, 2);
  } else {
    append_marked(out, 0xDB, size, 4);
  }
  out.append(text);
}

/// A field that the reference holds in an int64: signed form from 128 on.
void append_signed(std::string& out, std::uint64_t value) {
  if (value < 128) {
    out.push_back(static_cast<char>(value));
  } else if (value <= INT16_MAX) {
    append_marked(out, 0xD1, value, 2);
  } else if (value <= INT32_MAX) {
    append_marked(out, 0xD2, value, 4);
  } else {
    append_marked(out, 0xD3, value, 8);
  }
}

void append_unsigned(std::string& out, std::uint64_t value) {
  if (value < 128) {
    out.push_back(static_cast<char>(value));
  } else if (value <= UINT8_MAX) {
    append_marked(out, 0xCC, value, 1);
  } else if (value <= UINT16_MAX) {
    append_marked(out, 0xCD, value, 2);
  } else if (value <= UINT32_MAX) {
    append_marked(out, 0xCE, value, 4);
  } else {
    append_marked(out, 0xCF, value, 8);
  }
}

void append_array(std::string& out, std::size_t size) {
  if (size < 16) {
    out.push_back(static_cast<char>(0x90 | size));
  } else if (size < 65536) {
    append_marked(out, 0xDC, size, 2);
  } else {
    append_marked(out, 0xDD, size, 4);
  }
}

void append_msgpack_entry(std::string& out, const ListEntry& entry) {
  const unsigned fields = 1u + !entry.checksum.empty() + !entry.atime.empty() + !entry.version.empty() +
                          !entry.location.empty() + !entry.custom.empty() + (entry.size != 0) + (entry.copies != 0) +
                          (entry.flags != 0);
  const auto text = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    append_text(out, key);
    append_text(out, value);
  };
  out.push_back(static_cast<char>(0x80 | fields));
  append_text(out, "n");
  append_text(out, entry.name);
  text("cs", entry.checksum);
  text("a", entry.atime);
  text("v", entry.version);
  text("t", entry.location);
  text("m", entry.custom);
  if (entry.size != 0) {
    append_text(out, "s");
    append_signed(out, entry.size);
  }
  if (entry.copies != 0) {
    append_text(out, "c");
    append_signed(out, static_cast<std::uint64_t>(entry.copies));
  }
  if (entry.flags != 0) {
    append_text(out, "f");
    append_unsigned(out, entry.flags);
  }
}

void append_json_entry(std::string& out, const ListEntry& entry) {
  const auto text = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    out.append(",\"").append(key).append("\":");
    append_json_string(out, value);
  };
  out.append("{\"name\":");
  append_json_string(out, entry.name);
  text("checksum", entry.checksum);
  text("atime", entry.atime);
  text("version", entry.version);
  text("location", entry.location);
  text("custom-md", entry.custom);
  if (entry.size != 0) out.append(",\"size\":\"").append(std::to_string(entry.size)).append("\"");
  if (entry.copies != 0) out.append(",\"copies\":").append(std::to_string(entry.copies));
  if (entry.flags != 0) out.append(",\"flags\":").append(std::to_string(entry.flags));
  out.push_back('}');
}

}  // namespace

std::string list_json(const ListReply& reply) {
  std::string out = "{\"uuid\":";
  append_json_string(out, reply.uuid);
  out.append(",\"continuation_token\":");
  append_json_string(out, reply.continuation_token);
  out.append(",\"entries\":");
  if (reply.entries.empty()) {
    out.append("null");
  } else {
    char separator = '[';
    for (const auto& entry : reply.entries) {
      out.push_back(separator);
      append_json_entry(out, entry);
      separator = ',';
    }
    out.push_back(']');
  }
  return out.append(",\"flags\":").append(std::to_string(reply.flags)).append("}\n");
}

std::string list_msgpack(const ListReply& reply) {
  std::string out;
  out.push_back(static_cast<char>(0x84));
  append_text(out, "UUID");
  append_text(out, reply.uuid);
  append_text(out, "ContinuationToken");
  append_text(out, reply.continuation_token);
  append_text(out, "Entries");
  append_array(out, reply.entries.size());
  for (const auto& entry : reply.entries) append_msgpack_entry(out, entry);
  append_text(out, "Flags");
  append_unsigned(out, reply.flags);
  return out;
}

}  // namespace bryo::kernel
