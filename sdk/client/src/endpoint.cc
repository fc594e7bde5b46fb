#include <bryo/client/endpoint.h>

#include <cstdlib>

namespace bryo::client {

Result<std::string> resolve_endpoint(std::string_view given) {
  std::string url(given);
  std::string source = "endpoint";
  if (url.empty()) {
    if (const char* environment = std::getenv("AIS_ENDPOINT"); environment != nullptr && *environment != '\0') {
      url = environment;
      source = "AIS_ENDPOINT";
    }
  }
  if (url.empty()) return std::string(kDefaultEndpoint);
  const std::string shown = url;
  const auto bad = [&](std::string_view why) -> Error {
    return {Errc::InvalidArgument,
            source + " \"" + shown + "\" " + std::string(why) + ": write it like " + std::string(kDefaultEndpoint)};
  };
  if (url.find("://") == std::string::npos) url.insert(0, "http://");
  if (!url.starts_with("http://") && !url.starts_with("https://")) return bad("is neither http nor https");
  const auto host = url.find("://") + 3;
  while (url.size() > host && url.ends_with('/')) url.pop_back();
  if (host >= url.size()) return bad("names no host");
  for (const char c : std::string_view(url).substr(host)) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '/' || c == '?' || c == '#' || c == '@') {
      return bad("has more than a host and a port");
    }
  }
  return url;
}

}  // namespace bryo::client
