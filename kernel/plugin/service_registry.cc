#include <kernel/plugin/service_registry.h>

#include <algorithm>
#include <utility>

namespace bryo::kernel {
namespace {

constexpr std::size_t kLongestName = 64;

bool is_service_name(std::string_view name) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto inside = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '.'; };
  return !name.empty() && name.size() <= kLongestName && letter(name[0]) &&
         std::all_of(name.begin(), name.end(), inside);
}

class Door final : public ServiceDoor {
 public:
  explicit Door(std::shared_ptr<CallGate> gate) : gate_(std::move(gate)) {}
  Result<std::shared_ptr<void>> enter() override {
    BRYO_TRY(pass, gate_->enter());
    return std::shared_ptr<void>(std::make_shared<CallGate::Pass>(std::move(pass)));
  }

 private:
  const std::shared_ptr<CallGate> gate_;
};

}  // namespace

Status ServiceRegistry::add(ServiceSpec spec, std::type_index type, std::shared_ptr<void> object,
                            std::shared_ptr<CallGate> gate) {
  const std::string what = "service '" + spec.name + "' of '" + gate->plugin() + "' ";
  if (!is_service_name(spec.name)) {
    return Error(Errc::InvalidArgument,
                 what + "must be named with 1 to 64 of a-z, 0-9, '_' and '.', beginning with a letter");
  }
  if (spec.doc.empty()) return Error(Errc::InvalidArgument, what + "has no sentence of documentation");
  if (!object) return Error(Errc::InvalidArgument, what + "has no object");
  if (const auto other = entries_.find(spec.name); other != entries_.end()) {
    return Error(Errc::Conflict, what + "is already offered by '" + other->second.owner + "': enable one of them");
  }
  const std::string owner = gate->plugin();
  entries_.emplace(std::move(spec.name),
                   Entry{type, {std::make_shared<Door>(std::move(gate)), std::move(object)}, owner});
  return {};
}

void ServiceRegistry::withdraw(std::string_view owner) {
  std::erase_if(entries_, [&](const auto& entry) { return entry.second.owner == owner; });
}

Result<ServiceOffer> ServiceRegistry::find(std::string_view name, std::type_index type, std::string_view asking,
                                           const std::vector<std::string>& needs) const {
  const std::string what = "service '" + std::string(name) + "' for plugin '" + std::string(asking) + "' ";
  const auto found = entries_.find(name);
  if (found == entries_.end()) {
    return Error(Errc::NotFound, what +
                                     "is offered by no enabled plugin: add the one that offers it to `enable` in "
                                     "[plugins], and to the `needs` of '" +
                                     std::string(asking) + "'");
  }
  const Entry& entry = found->second;
  if (std::find(needs.begin(), needs.end(), entry.owner) == needs.end()) {
    return Error(Errc::NotFound, what + "is offered by '" + entry.owner + "', which is not among the `needs` of '" +
                                     std::string(asking) + "': add it there, so that it starts first");
  }
  if (entry.type != type) {
    return Error(Errc::InvalidArgument, what + "has another type than '" + entry.owner +
                                            "' offers: build both with the same header of that interface");
  }
  return entry.offer;
}

}  // namespace bryo::kernel
