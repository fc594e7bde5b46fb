#include <kernel/backend/remote_listing.h>

namespace bryo::kernel {
namespace {

/// A name shortly before `name`, to list from there on with `name` included.
std::string before(std::string name) {
  if (name.empty() || name.back() == '\0') return name.substr(0, name.empty() ? 0 : name.size() - 1);
  --name.back();
  return name.append(8, '\xff');
}

}  // namespace

Result<std::unordered_set<std::string>> present_blocking(ObjectStore& store, const Bucket& bucket,
                                                         const BackendPage& page) {
  std::unordered_set<std::string> present;
  if (page.entries.empty()) return present;
  const std::string& last = page.entries.back().name;
  ListRequest request{.after = before(page.entries.front().name), .limit = 1000, .sizes = false};
  for (;;) {
    BRYO_TRY(here, store.list_blocking(bucket, request));
    for (ListedObject& entry : here.entries) {
      if (entry.name > last) return present;
      request.after = entry.name;
      present.insert(std::move(entry.name));
    }
    if (!here.more) return present;
  }
}

}  // namespace bryo::kernel
