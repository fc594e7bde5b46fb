#include <kernel/object/remote_bucket.h>

#include <kernel/wire/api_names.h>
#include <kernel/wire/bool_text.h>
#include <kernel/wire/bucket_text.h>

namespace bryo::kernel {

bool names_remote_bucket(const Request& request) {
  const auto provider = request.query.get(wire::kQueryProvider);
  return provider && !provider->empty() && *provider != "ais";
}

Task<Status> add_remote_bucket(const Request& request, BucketRegistry& buckets) {
  const auto segment = std::string_view(request.rest).substr(0, request.rest.find('/'));
  BRYO_CO_TRY(name, bucket_of_url(segment, request.query));
  if (bool_of(request.query.get(wire::kQueryDontAddRemote).value_or("")).value_or(false)) co_return Status{};
  BRYO_CO_TRY(bucket, co_await buckets.find_or_add(std::move(name)));
  static_cast<void>(bucket);
  co_return Status{};
}

}  // namespace bryo::kernel
