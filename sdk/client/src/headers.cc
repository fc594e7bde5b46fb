#include <bryo/client/transport.h>
#include <strings.h>

namespace bryo::client {
namespace {

bool same_name(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string_view Headers::get(std::string_view name) const noexcept {
  for (const auto& [field, value] : fields_) {
    if (same_name(field, name)) return value;
  }
  return {};
}

bool Headers::has(std::string_view name) const noexcept {
  for (const auto& field : fields_) {
    if (same_name(field.first, name)) return true;
  }
  return false;
}

}  // namespace bryo::client
