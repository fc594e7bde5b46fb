#include <kernel/backend/backend_registry.h>
#include <kernel/wire/api_names.h>

#include <algorithm>
#include <array>

namespace bryo::kernel {
namespace {

/// Of the reference: clients know them, whether somebody brings them or not.
constexpr std::array<std::string_view, 4> kClouds{"aws", "gcp", "azure", "oci"};

}  // namespace

Error missing_backend(std::string_view provider) {
  std::string shown = provider == "azure" ? "Azure" : std::string(provider);
  if (provider != "azure") {
    std::transform(shown.begin(), shown.end(), shown.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c; });
  }
  return Error(Errc::InvalidArgument, shown + " backend is missing in the cluster configuration",
               wire::kErrMissingBackend);
}

Status BackendRegistry::add(BackendSpec spec, BackendFactory factory, const std::string& owner) {
  const std::string what = "backend '" + spec.provider + "' of '" + owner + "' ";
  const auto canonical = canonical_provider(spec.provider);
  if (!canonical || *canonical != spec.provider || spec.provider == "ais") {
    return Error(Errc::InvalidArgument, what +
                                            "needs a provider name of 2 to 16 lower-case letters and digits, which is "
                                            "none of the kernel's (\"ais\", \"s3\", ...) nor a URL's (\"http\", ...)");
  }
  if (spec.doc.empty()) return Error(Errc::InvalidArgument, what + "needs a sentence that describes it");
  if (!factory) return Error(Errc::InvalidArgument, what + "has no factory");
  if (const auto other = entries_.find(spec.provider); other != entries_.end()) {
    return Error(Errc::Conflict, what + "is already provided by '" + other->second->owner + "': enable one of them");
  }
  auto entry = std::make_unique<Entry>();
  entry->spec = std::move(spec);
  entry->factory = std::move(factory);
  entry->owner = owner;
  const std::string provider = entry->spec.provider;
  entries_.emplace(provider, std::move(entry));
  return {};
}

void BackendRegistry::withdraw(const std::string& owner) {
  std::erase_if(entries_, [&](const auto& entry) { return entry.second->owner == owner; });
}

bool BackendRegistry::has(std::string_view provider) const { return entries_.contains(provider); }

Result<std::shared_ptr<Backend>> BackendRegistry::find(std::string_view provider) const {
  const auto found = entries_.find(provider);
  if (found == entries_.end()) {
    if (std::find(kClouds.begin(), kClouds.end(), provider) != kClouds.end()) return missing_backend(provider);
    return invalid_provider(provider);
  }
  Entry& entry = *found->second;
  std::call_once(entry.made, [&entry] { entry.backend = entry.factory(); });
  if (!entry.backend) {
    return Error(Errc::Internal, "plugin '" + entry.owner + "' made no backend for \"" + std::string(provider) + "\"");
  }
  return entry.backend;
}

}  // namespace bryo::kernel
