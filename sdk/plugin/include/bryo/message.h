#pragma once

/// The `value` of a control message (http-api.md section 3), field by field.

#include <bryo/names.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bryo {

/// Takes fields by name, in any case, and knows at the end whether one was not taken. A field that is absent or null
/// leaves its variable alone. After the first failure all calls do nothing; `finish` reports it, with the wire's text.
/// One thread.
class MessageFields {
 public:
  virtual ~MessageFields() = default;
  virtual MessageFields& text(std::string_view name, std::string& out) = 0;
  virtual MessageFields& texts(std::string_view name, std::vector<std::string>& out) = 0;
  virtual MessageFields& boolean(std::string_view name, bool& out) = 0;
  virtual MessageFields& integer(std::string_view name, std::int64_t& out) = 0;
  /// An object of strings.
  virtual MessageFields& text_map(std::string_view name, std::map<std::string, std::string>& out) = 0;
  /// Parts that are missing are defaults; an empty name is let through.
  virtual MessageFields& bucket(std::string_view name, BucketName& out) = 0;
  /// Accepts the field without looking at it.
  virtual MessageFields& ignore(std::string_view name) = 0;
  /// Fails with 400: a field of the wrong type, or one that was not taken.
  [[nodiscard]] virtual Status finish() const = 0;
  /// All of it, for what the calls above do not cover.
  [[nodiscard]] virtual std::string json() const = 0;
};

}  // namespace bryo
