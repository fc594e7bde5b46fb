#include "zip_content.h"

namespace bryo::zip {

ContentPlace content_behind(const std::byte* header, std::string_view name, std::uint16_t method) {
  if (load<std::uint32_t>(header) != kLocalSignature) return {.why = "is not where the directory says"};
  if (load<std::uint16_t>(header + 26) != name.size() || as_text(BytesView(header + kLocalSize, name.size())) != name) {
    return {.why = "has another name in the directory than in front of its content"};
  }
  if ((load<std::uint16_t>(header + 6) & kEncrypted) != 0) return {.why = "is encrypted"};
  if (load<std::uint16_t>(header + 8) != method) {
    return {.why = "has another method of compression in the directory than in front of its content"};
  }
  return {.skip = kLocalSize + name.size() + load<std::uint16_t>(header + 28)};
}

}  // namespace bryo::zip
