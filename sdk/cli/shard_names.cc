#include "shard_names.h"

#include "arguments.h"

namespace bryo::cli {

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
