#include <bryo/client/client.h>
#include <bryo/client/uri.h>

#include "json.h"
#include "requests.h"
#include "wire.h"

namespace bryo::client {
namespace {

std::string plugin_target(std::string_view name) { return "/v1/plugins/" + encode_query(name); }

}  // namespace

Result<std::string> Client::plugins() const {
  BRYO_TRY(answer, requests_->fetch({.method = "GET", .target = "/v1/plugins"}, call_));
  return std::move(answer.body);
}

Result<std::string> Client::plugin(std::string_view name) const {
  BRYO_TRY(answer, requests_->fetch({.method = "GET", .target = plugin_target(name)}, call_));
  return std::move(answer.body);
}

Result<std::string> Client::plugin_action(std::string_view name, std::string_view action,
                                          std::string_view timeout) const {
  Json message{{"action", action}};
  if (!timeout.empty()) message["timeout"] = timeout;
  BRYO_TRY(text, dump_json(message, "the action"));
  MemoryBody body(text);
  BRYO_TRY(answer, requests_->fetch(json_call("POST", plugin_target(name), body), call_));
  return std::move(answer.body);
}

Result<std::string> Client::set_plugin_options(std::string_view name,
                                               const std::vector<std::pair<std::string, std::string>>& options) const {
  Json message = Json::object();
  for (const auto& [key, value] : options) message[key] = value;
  BRYO_TRY(text, dump_json(message, "the options"));
  MemoryBody body(text);
  BRYO_TRY(answer, requests_->fetch(json_call("PATCH", plugin_target(name), body), call_));
  return std::move(answer.body);
}

}  // namespace bryo::client
