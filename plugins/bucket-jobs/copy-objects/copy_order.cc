#include "copy_order.h"

#include <bryo/uname.h>

#include <utility>

namespace bryo::copy_objects {
namespace {

/// The bucket that a dry run would make, for snapshots.
class NamedBucket final : public Bucket {
 public:
  explicit NamedBucket(BucketName name) : Bucket(std::move(name), 0) {}
};

Result<BucketName> destination_of_query(const XactionRequest& request) {
  const auto uname = request.query.get("bck_to");
  if (!uname || uname->empty()) return Error(Errc::InvalidArgument, "missing \"bck_to\" query parameter");
  BRYO_TRY(parsed, parse_uname(*uname));
  return parsed.bucket;
}

/// `presence` of the query: what the reference numbers 0 and 1 is also outside of this cluster.
bool wants_all_of_backend(const Query& query) {
  const auto presence = query.get("presence").value_or("");
  return presence.empty() || presence == "0" || presence == "1";
}

/// Keys and values without their dot.
std::map<std::string, std::string> without_dots(const std::map<std::string, std::string>& given) {
  const auto bare = [](const std::string& text) { return text.starts_with('.') ? text.substr(1) : text; };
  std::map<std::string, std::string> out;
  for (const auto& [from, to] : given) out[bare(from)] = bare(to);
  return out;
}

/// Where the extension of a name begins, behind its dot; npos without one.
std::size_t extension_at(const std::string& name) {
  const auto dot = name.rfind('.');
  const auto slash = name.rfind('/');
  return dot == std::string::npos || (slash != std::string::npos && dot < slash) ? std::string::npos : dot + 1;
}

Status check_destination(const CopyOrder& order, const BucketName& to, const std::string& action) {
  const bool same = to == order.source->name();
  if (same && order.scope == CopyScope::Bucket && !order.dry_run && !is_remote(to)) {
    return Error(Errc::InvalidArgument, "cannot " + action + " bucket \"" + to.uri() + "\" onto itself");
  }
  if (order.synchronize && !order.prepend.empty()) {
    return Error(Errc::InvalidArgument,
                 "prepend option (\"" + order.prepend + "\") is incompatible with the request to synchronize buckets");
  }
  if (order.synchronize && same && !is_remote(to)) {
    return Error(Errc::InvalidArgument, "cannot synchronize bucket \"" + to.uri() + "\" with itself");
  }
  if (!order.prepend.empty()) BRYO_CHECK(check_object_name(order.prepend + "x", "prepend option"));
  return {};
}

/// The bucket `to`, made like the source if there is none.
Task<Result<BucketPtr>> find_destination(CopyOrder& order, BucketName to, Host& host) {
  auto found = co_await host.buckets().find_or_add(to);
  const bool missing = !found && found.error().code() == Errc::NotFound && !is_remote(to);
  if (!found && !missing) co_return found.error();
  if (missing && order.dry_run) co_return BucketPtr(std::make_shared<const NamedBucket>(std::move(to)));
  if (missing) {
    auto made = co_await host.buckets().create_like(to, order.source);
    // Somebody else made it meanwhile.
    if (!made && made.error().code() == Errc::Conflict) made = host.buckets().find(to);
    if (!made) co_return made.error();
    found = *std::move(made);
  }
  BRYO_CO_CHECK(host.buckets().check_access(**found, BucketAccess::Put));
  if (order.synchronize) BRYO_CO_CHECK(host.buckets().check_access(**found, BucketAccess::DeleteObject));
  co_return *found;
}

}  // namespace

Task<Result<CopyOrder>> CopyOrder::read(XactionRequest& request, Host& host, CopyScope scope) {
  CopyOrder order;
  order.scope = scope;
  order.source = request.bucket;
  order.target = request.target;
  SelectionFields selected;
  BucketName to;
  std::map<std::string, std::string> extensions;
  bool force = false;
  auto& value = request.value;
  if (scope == CopyScope::Objects) {
    selected.read(value).bucket("tobck", to).ignore("TxnUUID");
  } else {
    value.boolean("non-recurs", selected.direct);
  }
  // The last three are of transformations, which have actions of their own.
  BRYO_CO_CHECK(value.text("prefix", order.prefix)
                    .text("prepend", order.prepend)
                    .text_map("ext", extensions)
                    .boolean("dry_run", order.dry_run)
                    .boolean("force", force)
                    .boolean("latest-ver", order.latest)
                    .boolean("synchronize", order.synchronize)
                    .integer("num-workers", order.workers)
                    .boolean("coer", order.continue_on_error)
                    .ignore("id")
                    .ignore("pipeline")
                    .ignore("request_timeout")
                    .finish());
  if (scope == CopyScope::Bucket) {
    BRYO_CO_TRY(named, destination_of_query(request));
    to = std::move(named);
    if (order.prefix.ends_with('*')) order.prefix.pop_back();
    selected.text = "prefix:" + order.prefix;
  }
  BRYO_CO_CHECK(check_bucket_name(to.name));
  order.extensions = without_dots(extensions);
  order.direct = selected.direct;
  const bool remote = is_remote(order.source->name());
  order.latest = remote && (order.latest || order.synchronize);
  order.of_backend = remote && (order.latest || wants_all_of_backend(request.query));
  selected.of_backend = order.of_backend;
  BRYO_CO_CHECK(check_destination(order, to, request.action));
  BRYO_CO_TRY(selection, ObjectSelection::make(selected, request));
  if (order.synchronize && selection.mode() == ObjectSelection::Mode::Prefix) {
    order.prefix = selection.prefix();
    SelectionFields there{.names = {}, .text = "prefix:" + order.prefix, .direct = order.direct, .of_backend = true};
    BRYO_CO_TRY(looked_at, ObjectSelection::make(std::move(there), request));
    order.pruned = std::move(looked_at);
  }
  order.selection = std::move(selection);
  BRYO_CO_TRY(destination, co_await find_destination(order, std::move(to), host));
  order.destination = std::move(destination);
  co_return order;
}

std::string CopyOrder::copied_name(const std::string& name) const {
  const auto at = extension_at(name);
  if (at == std::string::npos || extensions.empty()) return prepend + name;
  const auto other = extensions.find(name.substr(at));
  return other == extensions.end() ? prepend + name : prepend + name.substr(0, at) + other->second;
}

std::vector<std::string> CopyOrder::source_names(const std::string& name) const {
  std::vector<std::string> out;
  const auto at = extension_at(name);
  if (at == std::string::npos || !extensions.contains(name.substr(at))) out.push_back(name);
  if (at == std::string::npos) return out;
  for (const auto& [from, to] : extensions) {
    if (name.compare(at, std::string::npos, to) == 0) out.push_back(name.substr(0, at) + from);
  }
  return out;
}

std::string CopyOrder::text() const {
  const auto shown = [](const Bucket& bucket, const std::string& more) {
    return more.empty() ? bucket.name().uri() : bucket.name().uri() + "/" + more;
  };
  std::string flags;
  for (const auto& [set, flag] : {std::pair(dry_run, "dry-run"), std::pair(latest && !synchronize, "latest"),
                                  std::pair(synchronize, "sync"), std::pair(direct, "non-recurs")}) {
    if (set) flags.append(flags.empty() ? ", flags:" : ",").append(flag);
  }
  return "cp " + shown(*source, scope == CopyScope::Bucket ? prefix : "") + "=>" + shown(*destination, prepend) + flags;
}

}  // namespace bryo::copy_objects
