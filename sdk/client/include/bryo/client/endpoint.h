#pragma once

#include <bryo/result.h>

#include <string>
#include <string_view>

namespace bryo::client {

inline constexpr std::string_view kDefaultEndpoint = "http://127.0.0.1:8080";

/// Where requests go: `http://host:port`, without a trailing slash. `given` wins, then the environment's AIS_ENDPOINT
/// (config-and-cli.md section 6), then kDefaultEndpoint. `host:port` alone means http. Fails on anything that is not an
/// http or https URL of a host.
Result<std::string> resolve_endpoint(std::string_view given);

}  // namespace bryo::client
