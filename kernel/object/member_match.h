#pragma once

/// Which members of a shard a read of many means: `archmode` and `archregx` (http-objects.md section 3). Pure.

#include <bryo/result.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace bryo::kernel {

/// Thread-safe, immutable.
class MemberMatch {
 public:
  /// Fails with 400 and the wire's text for a mode that does not exist, and for a regular expression that is none or
  /// takes more than a mebibyte when compiled. Expressions come from strangers: RE2 takes time that is linear in the
  /// name and never recurses. It has the syntax of the reference, which is Go's.
  static Result<MemberMatch> parse(std::string_view mode, std::string_view text);

  MemberMatch(MemberMatch&&) noexcept;
  MemberMatch& operator=(MemberMatch&&) noexcept;
  ~MemberMatch();

  /// An empty text matches every name.
  [[nodiscard]] bool matches(std::string_view name) const;
  /// `(archregx=R, archmode=M)`, as messages have it.
  [[nodiscard]] std::string text() const;

 private:
  enum class Mode : std::uint8_t { Regexp, Prefix, Suffix, Substring, WebDatasetKey };
  MemberMatch(Mode mode, std::string_view mode_name, std::string_view text);

  Mode mode_;
  std::string mode_name_;
  std::string text_;
  std::unique_ptr<const re2::RE2> expression_;  ///< of mode Regexp
};

/// The key of the sample that a file belongs to: its path without what follows the first dot of the base name.
[[nodiscard]] std::string_view webdataset_key(std::string_view name);

}  // namespace bryo::kernel
