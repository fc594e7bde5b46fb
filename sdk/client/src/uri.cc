#include <bryo/client/uri.h>

#include <algorithm>
#include <array>

namespace bryo::client {
namespace {

Error bad_uri(std::string_view text, std::string_view why) {
  return {Errc::InvalidArgument, "\"" + std::string(text) + "\" is not an object or bucket: " + std::string(why) +
                                     " (expected provider://bucket/object or bucket/object)"};
}

std::string encode(std::string_view text, bool keep_slash) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() + 8);
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~' || (keep_slash && c == '/');
    if (plain) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', kHex[byte >> 4U], kHex[byte & 15U]});
    }
  }
  return out;
}

}  // namespace

Result<ObjectUri> parse_uri(std::string_view text) {
  ObjectUri uri;
  auto rest = text;
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) {
    if (scheme == 0) return bad_uri(text, "no provider before ://");
    BRYO_TRY(provider, canonical_provider(text.substr(0, scheme)));
    uri.bucket.provider = provider;
    rest = text.substr(scheme + 3);
    // A namespace is everything up to the first '/', and begins with '@' (a cluster) or '#' (a name).
    if (rest.starts_with('@') || rest.starts_with('#')) {
      const auto slash = rest.find('/');
      if (slash == std::string_view::npos) return bad_uri(text, "a namespace, but no bucket");
      auto space = rest.substr(0, slash);
      rest = rest.substr(slash + 1);
      const auto hash = space.find('#');
      if (space.front() == '@') uri.bucket.ns_uuid = space.substr(1, hash == std::string_view::npos ? hash : hash - 1);
      if (hash != std::string_view::npos) uri.bucket.ns_name = space.substr(hash + 1);
    }
  }
  const auto slash = rest.find('/');
  uri.bucket.name = rest.substr(0, slash);
  if (slash != std::string_view::npos) uri.object = rest.substr(slash + 1);
  if (uri.bucket.name.empty()) return bad_uri(text, "no bucket name");
  if (uri.object.find('\0') != std::string::npos) return bad_uri(text, "a NUL in the name");
  BRYO_CHECK(check_bucket_name(uri.bucket.name));
  return uri;
}

ShardPath split_shard_path(std::string_view name) {
  for (const std::string_view extension :
       std::to_array<std::string_view>({".tar/", ".tgz/", ".tar.gz/", ".zip/", ".tar.lz4/"})) {
    const auto at = name.find(extension);
    if (at == std::string_view::npos || at + extension.size() == name.size()) continue;
    const auto cut = at + extension.size() - 1;
    return {std::string(name.substr(0, cut)), std::string(name.substr(cut + 1))};
  }
  return {std::string(name)};
}

std::string encode_path(std::string_view path) { return encode(path, true); }
std::string encode_query(std::string_view value) { return encode(value, false); }

}  // namespace bryo::client
