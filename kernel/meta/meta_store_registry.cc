#include <kernel/meta/meta_store_registry.h>

#include <algorithm>
#include <utility>

namespace bryo::kernel {
namespace {

bool is_store_name(std::string_view name) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !name.empty() && name.size() <= 32 && letter(name[0]) && name != MetaStoreRegistry::kEmbedded &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace

Status MetaStoreRegistry::add(MetaStoreSpec spec, MetaStoreFactory factory, const std::string& owner) {
  const std::string what = "meta store '" + spec.name + "' of '" + owner + "' ";
  if (!is_store_name(spec.name)) {
    return Error(
        Errc::InvalidArgument,
        what + "must be named with 1 to 32 of a-z, 0-9 and '_', beginning with a letter, and not \"embedded\"");
  }
  if (spec.doc.empty()) return Error(Errc::InvalidArgument, what + "has no sentence of documentation");
  if (!factory) return Error(Errc::InvalidArgument, what + "has no factory");
  if (const auto other = entries_.find(spec.name); other != entries_.end()) {
    return Error(Errc::Conflict, what + "is already provided by '" + other->second.owner + "': enable one of them");
  }
  entries_.emplace(std::move(spec.name), Entry{std::move(factory), owner});
  return {};
}

void MetaStoreRegistry::withdraw(std::string_view owner) {
  std::erase_if(entries_, [&](const auto& entry) { return entry.second.owner == owner; });
}

Status MetaStoreRegistry::check(std::string_view kind) const {
  if (kind == kEmbedded || entries_.contains(kind)) return {};
  std::string known(kEmbedded);
  for (const auto& [name, entry] : entries_) known += ", " + name;
  return Error(Errc::InvalidArgument, "[meta_store] kind = \"" + std::string(kind) +
                                          "\" is provided by no enabled plugin: enable the one that does in [plugins], "
                                          "or choose one of: " +
                                          known);
}

Result<std::unique_ptr<MetaStore>> MetaStoreRegistry::make(std::string_view kind, const MetaStorePlace& place) const {
  const Entry& entry = entries_.find(kind)->second;
  const std::string who = "plugin '" + entry.owner + "': ";
  auto made = entry.factory(place);
  if (!made) return Error(made.error().code(), who + "its meta store did not open: " + made.error().message());
  if (!*made) return Error(Errc::Internal, who + "its factory made no meta store");
  return made;
}

}  // namespace bryo::kernel
