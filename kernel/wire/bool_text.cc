#include <kernel/wire/bool_text.h>

#include <bryo/http.h>
#include <array>

namespace bryo::kernel {

std::optional<bool> bool_of(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 6> kTrue{"true", "1", "yes", "on", "y", "t"};
  constexpr std::array<std::string_view, 6> kFalse{"false", "0", "no", "off", "n", "f"};
  for (const auto word : kTrue) {
    if (Headers::equal_names(word, text)) return true;
  }
  for (const auto word : kFalse) {
    if (Headers::equal_names(word, text)) return false;
  }
  return std::nullopt;
}

}  // namespace bryo::kernel
