// What clients write into URLs and header fields: targets, bucket names, ranges, templates of names.
#include <kernel/http/request_target.h>
#include <kernel/wire/bucket_text.h>
#include <kernel/wire/byte_range.h>
#include <tests/fuzz/promise.h>

#include <bryo/name_template.h>

using namespace bryo;

namespace {

constexpr std::uint64_t kSize = 1'000;  ///< of the object that ranges are of

void target(std::string_view text) {
  std::string path;
  Query query;
  if (!kernel::parse_request_target(text, path, query)) return;
  if (!path.starts_with('/')) return;  // "*", or one that no route has
  const std::string_view rest = std::string_view(path).substr(1);
  const auto bucket = kernel::bucket_of_url(rest.substr(0, rest.find('/')), query);
  if (!bucket) return;
  const auto again = parse_uname(bucket->uname());
  fuzz::require(again && again->bucket == *bucket, "the text of a bucket names that bucket");
}

void range(std::string_view text) {
  const auto parsed = kernel::parse_range(text, kSize, "ais://b/o");
  if (!parsed || !*parsed) return;
  const kernel::ByteRange& bytes = **parsed;
  fuzz::require(bytes.length > 0 && bytes.offset < kSize && bytes.length <= kSize - bytes.offset,
                "a range lies in its object");
}

void names(std::string_view text) {
  auto names = NameTemplate::parse(text);
  if (!names) return;
  const auto count = names->count();
  std::uint64_t made = 0;
  while (made < 50 && names->next()) ++made;
  if (count && names->ranges() > 0) fuzz::require(made == std::min<std::uint64_t>(*count, 50), "as many as counted");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  target(text);
  range(text);
  names(text);
  if (const auto uname = parse_uname(text)) {
    const auto again = parse_uname(uname->bucket.uname() + uname->object);
    fuzz::require(again && again->bucket == uname->bucket && again->object == uname->object, "a uname is one name");
  }
  return 0;
}
