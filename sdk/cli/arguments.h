#pragma once

/// What several commands read from their arguments.

#include <bryo/client/uri.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "command.h"

namespace bryo::cli {

/// A bucket without anything after it.
inline Result<BucketName> bucket_argument(std::string_view text) {
  while (text.ends_with('/') && !text.ends_with("://")) text.remove_suffix(1);
  auto uri = client::parse_uri(text);
  if (!uri) return usage_error(uri.error().message());
  if (!uri->object.empty())
    return usage_error("\"" + std::string(text) + "\" names an object where a bucket is expected");
  return uri->bucket;
}

/// A bucket, and what follows it.
inline Result<client::ObjectUri> uri_argument(std::string_view text) {
  auto uri = client::parse_uri(text);
  if (!uri) return usage_error(uri.error().message());
  return uri;
}

/// Names between commas, without the spaces around them; empty ones are dropped.
inline std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const auto comma = list.find(',');
    auto name = list.substr(0, comma);
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    if (!name.empty()) names.emplace_back(name);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return names;
}

/// Extensions between commas, each with its dot. Fails with a usage error naming `option` if there are none, or one
/// twice.
inline Result<std::vector<std::string>> extensions_argument(std::string_view option, std::string_view list) {
  auto extensions = split_list(list);
  if (extensions.empty()) return usage_error(std::string(option) + " is empty: name extensions as in .jpg,.cls");
  for (auto one = extensions.begin(); one != extensions.end(); ++one) {
    if (!one->starts_with('.')) one->insert(0, ".");
    if (std::find(extensions.begin(), one, *one) != one) {
      return usage_error(std::string(option) + " has " + *one + " twice");
    }
  }
  return extensions;
}

}  // namespace bryo::cli
