#include "member_name.h"

namespace bryo::moss {

void append_member_name(std::string& out, std::string_view bucket, std::string_view object, std::string_view archpath,
                        BucketInName with_bucket, Presence presence) {
  if (presence == Presence::Missing) out.append("__404__/");
  if (with_bucket == BucketInName::Yes) out.append(bucket).push_back('/');
  out.append(object);
  if (archpath.empty()) return;
  if (!archpath.starts_with('/')) out.push_back('/');
  out.append(archpath);
}

}  // namespace bryo::moss
