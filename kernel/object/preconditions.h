#pragma once

/// Conditional requests (RFC 9110 section 13): If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since,
/// If-Range. Pure.

#include <bryo/http.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// What conditions are compared with: the version that is there.
struct Validators {
  std::string etag{};         ///< quoted; empty: it has none
  std::int64_t mtime_ns = 0;  ///< Unix time
};
/// `entity_tag` and modification time.
[[nodiscard]] Validators validators_of(const ObjectAttributes& attributes, bool chunked);

/// The entity tags that a header lists.
struct EntityTags {
  bool any = false;                 ///< `*`
  std::vector<std::string> list{};  ///< as given, weak ones with their `W/`; without quotes they get some

  /// The strong comparison takes no weak tags.
  [[nodiscard]] bool matches(std::string_view etag, bool strong) const;
};

enum class Verdict : std::uint8_t {
  Proceed,
  NotModified,  ///< 304
  Failed,       ///< 412
};

class Preconditions {
 public:
  /// Never fails: what cannot be read (a date that is none) is ignored, as the RFC wants.
  static Preconditions of(const Headers& headers);

  /// Whether the request has any of the four that decide about it.
  [[nodiscard]] bool any() const noexcept { return match_ || none_match_ || modified_since_ || unmodified_since_; }
  /// Whether it names versions or times at all.
  [[nodiscard]] bool named() const noexcept { return any() || has_range(); }
  [[nodiscard]] bool has_range() const noexcept { return !if_range_.empty(); }

  /// In the order of section 13.2.2. `there` is null when there is no version. `read` is GET and HEAD.
  [[nodiscard]] Verdict judge(const Validators* there, bool read) const;
  /// Whether the `Range` header counts (If-Range).
  [[nodiscard]] bool range_counts(const Validators& there) const;

 private:
  std::optional<EntityTags> match_;
  std::optional<EntityTags> none_match_;
  std::optional<std::int64_t> modified_since_;  ///< Unix seconds
  std::optional<std::int64_t> unmodified_since_;
  std::string if_range_;
};

/// Etag and Last-Modified: what the next condition is made of.
void add_validators(Headers& headers, Validators there);

/// 412, naming the object and what was asked for.
[[nodiscard]] Error precondition_failed(std::string_view uri);

}  // namespace bryo::kernel
