#include <kernel/bucket/bucket_access.h>

#include <kernel/wire/api_names.h>

#include <array>
#include <bit>
#include <charconv>

namespace bryo::kernel {
namespace {

constexpr std::array<std::string_view, 18> kNames{
    "GET",          "HEAD-OBJECT",   "PUT",           "APPEND",         "DELETE-OBJECT", "MOVE-OBJECT",
    "PROMOTE",      "UPDATE-OBJECT", "HEAD-BUCKET",   "LIST-OBJECTS",   "PATCH",         "SET-BUCKET-ACL",
    "LIST-BUCKETS", "SHOW-CLUSTER",  "CREATE-BUCKET", "DESTROY-BUCKET", "MOVE-BUCKET",   "ADMIN"};

constexpr std::uint64_t kAlways = static_cast<std::uint64_t>(BucketAccess::HeadBucket) |
                                  static_cast<std::uint64_t>(BucketAccess::Patch) |
                                  static_cast<std::uint64_t>(BucketAccess::SetBucketAcl);

std::string describe(std::uint64_t granted) {
  std::string out;
  for (std::size_t bit = 0; bit < kNames.size(); ++bit) {
    if ((granted >> bit & 1) == 0) continue;
    if (!out.empty()) out.push_back(',');
    out.append(kNames[bit]);
  }
  return out;
}

std::string hex(std::uint64_t value) {
  std::array<char, 16> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, 16).ptr;
  return {buffer.data(), end};
}

}  // namespace

std::string_view access_name(BucketAccess access) noexcept {
  return kNames[static_cast<std::size_t>(std::countr_zero(static_cast<std::uint64_t>(access)))];
}

Status check_access(const BucketName& bucket, std::uint64_t bucket_id, std::uint64_t granted, BucketAccess wanted) {
  if (((granted | kAlways) & static_cast<std::uint64_t>(wanted)) != 0) return {};
  constexpr std::uint64_t kAisBit = std::uint64_t{1} << 63;
  return Error(Errc::Forbidden,
               "bucket " + bucket.uri() + "(0x" + hex(bucket_id & ~kAisBit) + "): " + std::string(access_name(wanted)) +
                   " access denied (allowed: [" + describe(granted) + "])",
               wire::kErrBucketAccessDenied);
}

}  // namespace bryo::kernel
