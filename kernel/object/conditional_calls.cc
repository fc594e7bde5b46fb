#include <kernel/object/object_api.h>

#include <kernel/object/preconditions.h>

namespace bryo::kernel {
namespace {

Response with_validators(int status, Validators there) {
  Response response(status);
  add_validators(response.headers, std::move(there));
  return response;
}

}  // namespace

Result<std::optional<Response>> ObjectApi::judge_read(const Preconditions& conditions, const ObjectAddress& address,
                                                      const ObjectAttributes& attributes, bool chunked) const {
  if (!conditions.any()) return std::optional<Response>();
  Validators there = validators_of(attributes, chunked);
  switch (conditions.judge(&there, true)) {
    case Verdict::Proceed:
      return std::optional<Response>();
    case Verdict::NotModified:
      return std::optional(with_validators(304, std::move(there)));
    case Verdict::Failed:
      break;
  }
  return precondition_failed(address.uri());
}

/// What is there, if the request says what must be: checked before its body is asked for, and again at the commit.
Task<Status> ObjectApi::judge_write(const Preconditions& conditions, const ObjectAddress& address,
                                    WriteOptions& options) {
  if (!conditions.any()) co_return Status{};
  const bool remote = is_remote(address.bucket->name());
  std::optional<Validators> there;
  std::uint64_t stamp = kNoObject;
  auto opened = co_await open_present(address);
  if (opened) {
    BRYO_CO_TRY(attributes, (*opened)->attributes());
    there = validators_of(*attributes, services_.store.chunks_of(**opened).has_value());
    stamp = (*opened)->stamp();
  } else if (opened.error().code() != Errc::NotFound) {
    co_return std::move(opened).error();
  } else if (remote) {
    BRYO_CO_TRY(backend, services_.backends.find(address.bucket->name().provider));
    auto attributes = co_await backend->head(address.bucket->name(), std::string(address.object));
    if (!attributes && attributes.error().code() != Errc::NotFound) co_return std::move(attributes).error();
    if (attributes) there = validators_of(*attributes, false);
  }
  if (conditions.judge(there ? &*there : nullptr, false) != Verdict::Proceed) {
    co_return precondition_failed(address.uri());
  }
  // A backend has the new version before it is committed here: what is true now must do.
  if (!remote) options.replaces = stamp;
  co_return Status{};
}

}  // namespace bryo::kernel
