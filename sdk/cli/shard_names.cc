#include "shard_names.h"

#include <algorithm>

#include "arguments.h"

namespace bryo::cli {
namespace {

/// What looks like an extension at the end of a name: "rar" of s-{0..9}.rar, but nothing of v1.5-{0..9}.
std::string_view extension_like(std::string_view name) {
  name.remove_prefix(name.rfind('/') + 1);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  const auto end = name.substr(dot + 1);
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool alike = std::all_of(end.begin(), end.end(), [&](char c) { return is_letter(c) || is_digit(c); });
  return alike && std::any_of(end.begin(), end.end(), is_letter) ? end : std::string_view();
}

}  // namespace

Result<ShardNames> parse_shard_names(std::string_view text, std::string_view format) {
  BRYO_TRY(uri, uri_argument(text));
  if (uri.object.empty() || uri.object.ends_with('/')) {
    return usage_error("\"" + std::string(text) + "\" names no shard: add a template, as in " + uri.bucket.uri() +
                       "/shard-{000..099}.tar");
  }
  auto names = NameTemplate::parse(uri.object);
  if (!names) return usage_error(names.error().message());
  ShardNames shards{uri.bucket, std::move(*names)};
  const auto named = client::format_of_name(uri.object);
  if (format.empty()) {
    if (const auto end = named ? std::string_view() : extension_like(uri.object); !end.empty()) {
      return usage_error("\"" + std::string(text) + "\": ." + std::string(end) +
                         " is no format of shards (.tar .tgz .tar.gz .zip .tar.lz4); if it is a part of the name, "
                         "give the format with --format");
    }
    shards.format = named.value_or(client::ArchiveFormat::Tar);
  } else {
    auto asked = client::parse_format(format);
    if (!asked) return usage_error(asked.error().message());
    if (named && client::extension_of(*named) != client::extension_of(*asked)) {
      return usage_error("--format " + std::string(format) + " contradicts the name \"" + uri.object +
                         "\": leave one of both out");
    }
    shards.format = *asked;
  }
  if (!named) shards.extension = client::extension_of(shards.format);
  return shards;
}

}  // namespace bryo::cli
