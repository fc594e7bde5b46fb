#include "json_text.h"

namespace bryo::moss {
namespace {

constexpr bool needs_escape(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' || c == 0x7F;
}

std::string escaped(char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default: {
      std::string out = "\\u00";
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
      return out;
    }
  }
}

template <class Out>
void append_quoted(Out& out, std::string_view text) {
  out.append(std::string_view("\""));
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!needs_escape(text[i])) continue;
    out.append(text.substr(plain, i - plain));
    out.append(std::string_view(escaped(text[i])));
    plain = i + 1;
  }
  out.append(text.substr(plain));
  out.append(std::string_view("\""));
}

}  // namespace

void append_json_string(ArchiveBuffer& out, std::string_view text) { append_quoted(out, text); }
void append_json_string(std::string& out, std::string_view text) { append_quoted(out, text); }

}  // namespace bryo::moss
