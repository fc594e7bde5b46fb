#include <kernel/plugin/gated_meta_store.h>

#include <utility>

namespace bryo::kernel {
namespace {

class GatedMetaStore final : public MetaStore {
 public:
  GatedMetaStore(std::shared_ptr<CallGate> gate, std::unique_ptr<MetaStore> inner)
      : gate_(std::move(gate)), inner_(std::move(inner)) {}

  Task<Result<std::optional<MetaEntry>>> get(std::string key) override {
    return caught(*gate_, *inner_, &MetaStore::get, std::move(key));
  }
  Task<Result<std::vector<MetaEntry>>> list(std::string prefix) override {
    return caught(*gate_, *inner_, &MetaStore::list, std::move(prefix));
  }
  Task<Result<std::uint64_t>> put(std::string key, std::string value, std::uint64_t expected) override {
    return caught(*gate_, *inner_, &MetaStore::put, std::move(key), std::move(value), expected);
  }
  Task<Status> erase(std::string key, std::uint64_t expected) override {
    return caught(*gate_, *inner_, &MetaStore::erase, std::move(key), expected);
  }

 private:
  template <class T, class... Parameters, class... Arguments>
  static Task<T> caught(CallGate& gate, MetaStore& inner, Task<T> (MetaStore::*operation)(Parameters...),
                        Arguments... arguments) {
    try {
      T result = co_await (inner.*operation)(std::move(arguments)...);
      // Two writers at once are no mistake of the store.
      if (!result && result.error().code() != Errc::Conflict) gate.count_error(result.error());
      co_return result;
    } catch (...) {
      co_return gate.escaped();
    }
  }

  const std::shared_ptr<CallGate> gate_;
  const std::unique_ptr<MetaStore> inner_;
};

}  // namespace

MetaStoreFactory gated(std::shared_ptr<CallGate> gate, MetaStoreFactory factory) {
  return [gate = std::move(gate),
          factory = std::move(factory)](const MetaStorePlace& place) -> Result<std::unique_ptr<MetaStore>> {
    try {
      auto inner = factory(place);
      if (!inner || !*inner) return inner;
      return std::unique_ptr<MetaStore>(std::make_unique<GatedMetaStore>(gate, *std::move(inner)));
    } catch (...) {
      return gate->escaped();
    }
  };
}

}  // namespace bryo::kernel
