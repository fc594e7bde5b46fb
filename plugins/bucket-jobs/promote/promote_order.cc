#include "promote_order.h"

#include <utility>

namespace bryo::promote {
namespace {

Error invalid(const std::string& source, const std::string& why) {
  return {Errc::InvalidArgument, "invalid promote source \"" + source.substr(0, 300) + "\": " + why,
          "errInvalidPromoteSource"};
}

/// Nothing that the file system would have to resolve.
bool is_clean(const std::string& path) {
  if (!path.starts_with('/') || (path.size() > 1 && path.ends_with('/')) || path.find('\0') != std::string::npos) {
    return false;
  }
  const std::string closed = path + "/";
  return closed.find("//") == std::string::npos && closed.find("/./") == std::string::npos &&
         closed.find("/../") == std::string::npos;
}

}  // namespace

Result<PromoteOrder> PromoteOrder::read(XactionRequest& request, const std::vector<std::string>& roots) {
  PromoteOrder order;
  order.target = request.target;
  std::string source;
  std::string target;
  bool not_shared = false;
  BRYO_CHECK(request.value.text("src", source)
                 .text("tid", target)
                 .text("obj", order.object)
                 .boolean("rcr", order.recursive)
                 .boolean("ovw", order.overwrite)
                 .boolean("dls", order.delete_source)
                 .boolean("notshr", not_shared)
                 .finish());
  if (source.empty()) source = request.name;
  if (!request.name.empty() && request.name != source) {
    return invalid(source, "the message also names \"" + request.name.substr(0, 300) + "\"");
  }
  if (source.empty()) return invalid(source, "no path is given");
  if (!is_clean(source)) return invalid(source, "must be an absolute path, without \".\", \"..\" and empty parts");
  if (!target.empty() && target != request.target) {
    return Error(Errc::NotFound,
                 "target \"" + target.substr(0, 80) + "\" is not present: this one is " + request.target,
                 "errNodeNotFound");
  }
  std::string allowed;
  for (std::string root : roots) {
    while (root.size() > 1 && root.ends_with('/')) root.pop_back();
    allowed.append(allowed.empty() ? "" : " or ").append(root);
    if (source != root && !source.starts_with(root == "/" ? root : root + "/")) continue;
    order.source = source.size() == root.size() ? std::string() : source.substr(root == "/" ? 1 : root.size() + 1);
    order.root = std::move(root);
    break;
  }
  if (order.root.empty())
    return invalid(source, "must be under " + (allowed.empty() ? "a root, and none is configured" : allowed));
  if (!order.object.empty()) BRYO_CHECK(check_object_name(order.object + "x", "object name"));
  return order;
}

std::string PromoteOrder::own_name() const {
  const std::string base = source.substr(source.rfind('/') + 1);
  return object.empty() || object.ends_with('/') ? object + base : object;
}

std::string PromoteOrder::name_of(const std::string& relative) const {
  const std::string below = source.empty() ? relative : relative.substr(source.size() + 1);
  return object.empty() || object.ends_with('/') ? object + below : object + "/" + below;
}

}  // namespace bryo::promote
