#pragma once

/// Buckets and objects in one text, as queries of the wire have them: `bck_to`, `object_to` (jobs.md section 1).

#include <bryo/names.h>

#include <string>
#include <string_view>
#include <utility>

namespace bryo {

/// A bucket and what follows it: `ais/@uuid#ns/b/some/object`.
struct UniqueName {
  BucketName bucket;
  std::string object;  ///< empty for a bucket's own uname
};

/// `PROVIDER/NAMESPACE/BUCKET/[OBJECT]`. Fails with 400.
inline Result<UniqueName> parse_uname(std::string_view text) {
  UniqueName name;
  const auto first = text.find('/');
  const auto second = first == std::string_view::npos ? first : text.find('/', first + 1);
  if (second == std::string_view::npos) {
    return Error(Errc::InvalidArgument, "invalid bucket uname \"" + std::string(text.substr(0, 120)) +
                                            "\": expecting PROVIDER/@UUID#NAMESPACE/BUCKET/");
  }
  BRYO_TRY(provider, canonical_provider(text.substr(0, first)));
  name.bucket.provider = std::move(provider);
  BRYO_CHECK(parse_namespace(text.substr(first + 1, second - first - 1), name.bucket));
  const auto rest = text.substr(second + 1);
  const auto third = rest.find('/');
  name.bucket.name = rest.substr(0, third);
  if (third != std::string_view::npos) name.object = rest.substr(third + 1);
  BRYO_CHECK(check_bucket_name(name.bucket.name));
  return name;
}

}  // namespace bryo
