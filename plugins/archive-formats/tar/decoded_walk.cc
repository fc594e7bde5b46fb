#include "decoded_walk.h"

namespace bryo::tar {

Status walk_decoded(DecodedInput& input, std::string_view label, MemberSink& members) {
  const Result<std::uint64_t> end = walk_tar(input, label, false, members);
  Status walked = end ? Status() : Status(end.error());
  const auto readable = [](const Status& status) { return status || status.error().code() == Errc::InvalidArgument; };
  if (readable(walked)) {
    const Status rest = input.drain();
    if (walked || !readable(rest)) walked = rest;
  }
  // Members before damage are read like others.
  if (readable(walked)) BRYO_CHECK(input.finish_places(end ? *end : 0));
  return walked;
}

}  // namespace bryo::tar
