#pragma once

/// What the backend of a bucket has now, compared with what is kept here.

#include <bryo/objects.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace bryo {

/// What the backend says of one object; of a bucket without a backend, what is here. NotFound when there is none.
inline Task<Result<ListedName>> look_up(Objects& objects, BucketPtr bucket, std::string name, bool of_backend) {
  ObjectQuery query;
  query.prefix = name;  // bytewise the first of all that begin so
  query.limit = 1;
  query.attributes = true;
  query.of_backend = of_backend;
  BRYO_CO_TRY(page, co_await objects.list(bucket, std::move(query)));
  if (page.objects.empty() || page.objects.front().name != name) {
    co_return Error(Errc::NotFound, bucket->name().uri() + "/" + name + " does not exist", "ErrNotFound");
  }
  co_return std::move(page.objects.front());
}

/// Whether a copy is of the version that its backend has: all that both of them tell is equal.
inline bool same_version(const ListedName& here, const ListedName& there) {
  if (here.size != there.size) return false;
  if (here.attributes == nullptr || there.attributes == nullptr) return false;
  const ObjectAttributes& a = *here.attributes;
  const ObjectAttributes& b = *there.attributes;
  if (!b.version.empty() && a.version != b.version) return false;
  if (!b.checksum_value.empty() && a.checksum_type == b.checksum_type && a.checksum_value != b.checksum_value) {
    return false;
  }
  return std::all_of(b.custom.begin(), b.custom.end(), [&](const auto& told) {
    return std::find(a.custom.begin(), a.custom.end(), told) != a.custom.end();
  });
}

/// Makes sure that what is kept here is what the backend has: a copy of another version is given up, so that `open`
/// brings the present one. Answers whether the object is here. Fails with NotFound when the backend has none.
inline Task<Result<bool>> keep_latest(Objects& objects, BucketPtr bucket, std::string name) {
  BRYO_CO_TRY(there, co_await look_up(objects, bucket, name, true));
  auto here = co_await look_up(objects, bucket, name, false);
  if (!here && here.error().code() == Errc::NotFound) co_return false;
  if (!here) co_return here.error();
  if (same_version(*here, there)) co_return true;
  const Status gone = co_await objects.evict(bucket, name);
  if (!gone && gone.error().code() != Errc::NotFound) co_return gone.error();
  co_return false;
}

}  // namespace bryo
