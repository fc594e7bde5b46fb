#pragma once

/// What a client asks of list-objects (http-buckets.md section 5). Pure.

#include <bryo/result.h>
#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace bryo::kernel {

/// Bits of `flags`.
enum ListFlag : std::uint64_t {
  kListCached = 1u << 0,
  kListMissing = 1u << 1,
  kListArchDir = 1u << 3,
  kListNameOnly = 1u << 4,
  kListNameSize = 1u << 5,
  kListNoRecursion = 1u << 11,
};

/// Which fields of an entry are wanted, after the rules for empty and short `props`.
struct ListProps {
  bool size = false;
  bool checksum = false;
  bool atime = false;
  bool version = false;
  bool location = false;
  bool custom = false;
  bool copies = false;
  /// Metadata beyond name and size must be loaded.
  [[nodiscard]] bool attributes() const { return checksum || atime || version || location || custom || copies; }
  friend bool operator==(const ListProps&, const ListProps&) = default;
};

struct ListMessage {
  static constexpr std::size_t kMaxPage = 10'000;  ///< of an ais bucket; also the default

  std::string uuid{};
  std::string prefix{};       ///< without a trailing '*'
  std::string after{};        ///< the later of continuation token and start_after
  std::string time_format{};  ///< Go layout; RFC 822 when not given
  std::size_t page_size = kMaxPage;
  std::uint64_t flags = 0;
  ListProps props;

  [[nodiscard]] bool has(ListFlag flag) const { return (flags & flag) != 0; }
};

/// The `value` of action `list`. Fails with 400: an unknown field, a wrong type, `..` in the prefix, a negative page
/// size.
Result<ListMessage> parse_list_message(const nlohmann::json& value);

/// The rules for `props`: words are found anywhere in the text; empty means name, size and what goes with `cached`.
[[nodiscard]] ListProps list_props(std::string_view props, std::uint64_t flags);

}  // namespace bryo::kernel
