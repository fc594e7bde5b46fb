#include "archive_order.h"

#include <utility>

namespace bryo::archive_job {
namespace {

Result<std::shared_ptr<const ArchiveFormat>> format_of(const Archives& archives, const std::string& name,
                                                       const std::string& mime) {
  std::shared_ptr<const ArchiveFormat> format;
  if (mime.empty()) {
    format = archives.by_name(name);
    if (!format) {
      const auto base = name.substr(name.rfind('/') + 1);
      const auto dot = base.rfind('.');
      return Error(Errc::InvalidArgument,
                   "unknown filename extension (\"" + name + "\", \"" +
                       (dot == std::string::npos ? std::string() : base.substr(dot)) + "\")",
                   "errUnknownFileExt");
    }
  } else {
    BRYO_TRY(named, archives.by_mime(mime));
    format = std::move(named);
  }
  if (format->make_writer) return format;
  return Error(Errc::Unsupported,
               "archives of format " + format->spec.name + " are only read here: give another extension or \"mime\"",
               "ErrUnsupp");
}

}  // namespace

Result<ArchiveOrder> ArchiveOrder::read(XactionRequest& request, Host& host) {
  ArchiveOrder order;
  SelectionFields selected;
  BucketName to;
  std::string mime;
  BRYO_CHECK(selected.read(request.value)
                 .bucket("tobck", to)
                 .text("archname", order.name)
                 .text("mime", mime)
                 .boolean("isbn", order.with_bucket)
                 .boolean("bnonly", order.base_names)
                 .boolean("aate", order.append)
                 .boolean("coer", order.continue_on_error)
                 .ignore("TxnUUID")
                 .finish());
  order.source = order.destination = request.bucket;
  if (!to.name.empty()) {
    BRYO_TRY(found, host.buckets().find(to));
    order.destination = std::move(found);
  }
  BRYO_CHECK(host.buckets().check_access(*order.destination, BucketAccess::Put));
  BRYO_CHECK(check_object_name(order.name, "name of the archive"));
  BRYO_TRY(format, format_of(host.archives(), order.name, mime));
  order.format = std::move(format);
  BRYO_TRY(selection, ObjectSelection::make(std::move(selected), request));
  order.selection = std::move(selection);
  return order;
}

std::string ArchiveOrder::entry_name(const std::string& object) const {
  const std::string own = base_names ? object.substr(object.rfind('/') + 1) : object;
  return with_bucket ? source->name().name + "/" + own : own;
}

std::string ArchiveOrder::text(std::uint64_t archived) const {
  std::string flags;
  for (const auto& [set, flag] : {std::pair(base_names, "basename-only"), std::pair(with_bucket, "incl-src-bname"),
                                  std::pair(append, "append-iff")}) {
    if (set) flags.append(flags.empty() ? "" : ",").append(flag);
  }
  return source->name().uri() + "=>" + destination->name().uri() + " [" + selection.text() +
         ", archived:" + std::to_string(archived) + ", flags:" + flags + "]";
}

}  // namespace bryo::archive_job
