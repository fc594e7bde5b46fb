#pragma once

/// The body of nearly every control call (http-api.md section 3), and how the fields of a message are taken out of
/// JSON.

#include <bryo/message.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// `{"action": .., "name": .., "value": ..}`, all optional.
struct ActionMessage {
  std::string action;
  std::string name;
  nlohmann::json value;  ///< null when absent
};

/// Parses JSON of any kind. Fails with 400 and the parser's words after `failed to unmarshal WHAT, err: `.
Result<nlohmann::json> parse_json(std::string_view body, std::string_view what);

/// Field names in any case; unknown fields beside the three are ignored. Fails with 400, `failed to unmarshal
/// [*apc.ActMsg] ...`; an empty body too.
Result<ActionMessage> parse_action(std::string_view body, std::string_view verb);

/// `invalid action "X"`, 400.
[[nodiscard]] Error invalid_action(std::string_view action);

/// Takes the fields of one JSON object by name, in any case, and knows at the end whether one was not taken. A field
/// that is absent or null leaves its variable alone. After the first failure all calls do nothing; `finish` reports it.
class MessageReader final : public MessageFields {
 public:
  /// `type` names the message in failures ("apc.LsoMsg"). `json` outlives the reader; null reads as an empty object.
  MessageReader(const nlohmann::json& json, std::string_view type);

  MessageReader& text(std::string_view name, std::string& out) override;
  MessageReader& texts(std::string_view name, std::vector<std::string>& out) override;
  MessageReader& boolean(std::string_view name, bool& out) override;
  MessageReader& integer(std::string_view name, std::int64_t& out) override;
  MessageReader& text_map(std::string_view name, std::map<std::string, std::string>& out) override;
  MessageReader& bucket(std::string_view name, BucketName& out) override;
  /// A number in a JSON string, as Go's `json:",string"`; a bare number is refused.
  MessageReader& text_number(std::string_view name, std::uint64_t& out);
  /// Any value; null when absent.
  MessageReader& any(std::string_view name, const nlohmann::json*& out);
  /// Accepts the field without looking at it.
  MessageReader& ignore(std::string_view name) override;

  /// The first failure: a field of the wrong type, or one that was not taken (`found unknown field: X`).
  [[nodiscard]] Status finish() const override;
  /// The same, but fields that were not taken are fine (job queries).
  [[nodiscard]] Status finish_lenient() const;
  [[nodiscard]] std::string json() const override { return json_.dump(); }

 private:
  const nlohmann::json* take(std::string_view name);
  void fail(std::string_view name, std::string_view expected);

  const nlohmann::json& json_;
  std::string_view type_;
  std::vector<const nlohmann::json*> taken_;
  std::optional<Error> failure_;
};

}  // namespace bryo::kernel
