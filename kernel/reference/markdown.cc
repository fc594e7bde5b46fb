#include <kernel/reference/markdown.h>

namespace bryo::kernel {
namespace {

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

}  // namespace

std::string heading_anchor(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c | 0x20);
    } else if (c == ' ') {
      out += '-';
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-') {
      out += c;
    }
  }
  return out;
}

std::string code(std::string_view text) { return text.empty() ? std::string() : "`" + std::string(text) + "`"; }

std::string link(std::string_view text, std::string_view target) {
  return "[" + std::string(text) + "](" + std::string(target) + ")";
}

std::string code_list(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out.append(out.empty() ? "" : ", ").append(code(item));
  return out;
}

MarkdownTable::MarkdownTable(std::initializer_list<std::string_view> titles) {
  row(titles);
  text_ += "|";
  for (std::size_t i = 0; i < titles.size(); ++i) text_ += "---|";
  text_ += "\n";
}

void MarkdownTable::row(std::initializer_list<std::string_view> cells) {
  text_ += "|";
  for (const std::string_view one : cells) text_.append(" ").append(cell(one)).append(one.empty() ? "|" : " |");
  text_ += "\n";
}

}  // namespace bryo::kernel
