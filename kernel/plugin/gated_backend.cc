#include <kernel/plugin/gated_backend.h>
#include <kernel/plugin/reachable_call.h>

#include <functional>

namespace bryo::kernel {
namespace {

class GatedContent final : public ByteSource {
 public:
  GatedContent(CallGate::Pass pass, std::shared_ptr<CallGate> gate, std::unique_ptr<ByteSource> inner)
      : pass_(std::move(pass)), gate_(std::move(gate)), inner_(std::move(inner)) {}

  Task<Result<std::size_t>> read(MutableBytes out) override {
    return reachable<Result<std::size_t>>(gate_, [this, out] { return inner_->read(out); });
  }

 private:
  const CallGate::Pass pass_;  // released last
  const std::shared_ptr<CallGate> gate_;
  const std::unique_ptr<ByteSource> inner_;
};

class GatedBackend final : public Backend {
 public:
  GatedBackend(std::shared_ptr<CallGate> gate, std::unique_ptr<Backend> inner)
      : gate_(std::move(gate)), inner_(std::move(inner)) {}

  Task<Status> head_bucket(BucketName bucket) override {
    return entered(gate_, *inner_, &Backend::head_bucket, std::move(bucket));
  }
  Task<Result<std::vector<std::string>>> list_buckets() override {
    return entered(gate_, *inner_, &Backend::list_buckets);
  }
  Task<Result<ObjectAttributes>> head(BucketName bucket, std::string object) override {
    return entered(gate_, *inner_, &Backend::head, std::move(bucket), std::move(object));
  }
  Task<Result<BackendPage>> list(BucketName bucket, BackendListRequest request) override {
    return entered(gate_, *inner_, &Backend::list, std::move(bucket), std::move(request));
  }
  Task<Result<ObjectAttributes>> write(BucketName bucket, std::string object, ObjectAttributes attributes,
                                       ByteSource& content) override {
    return entered(gate_, *inner_, &Backend::write, std::move(bucket), std::move(object), std::move(attributes),
                   std::ref(content));
  }
  Task<Status> remove(BucketName bucket, std::string object) override {
    return entered(gate_, *inner_, &Backend::remove, std::move(bucket), std::move(object));
  }
  Task<Result<BackendContent>> read(BucketName bucket, std::string object) override {
    auto pass = gate_->enter();
    if (!pass) co_return pass.error();
    const auto start = [this, &bucket, &object] { return inner_->read(std::move(bucket), std::move(object)); };
    auto found = co_await reachable<Result<BackendContent>>(gate_, start);
    if (!found) co_return found;
    if (!found->content) {
      const Error error(Errc::Internal, "plugin '" + gate_->plugin() + "': its backend answered no content");
      gate_->count_error(error);
      co_return error;
    }
    found->content = std::make_unique<GatedContent>(*std::move(pass), gate_, std::move(found->content));
    co_return found;
  }

 private:
  template <class T, class... Parameters, class... Arguments>
  static Task<T> entered(std::shared_ptr<CallGate> gate, Backend& inner, Task<T> (Backend::*operation)(Parameters...),
                         Arguments... arguments) {
    const auto pass = gate->enter();
    if (!pass) co_return pass.error();
    const auto start = [&] { return (inner.*operation)(std::move(arguments)...); };
    co_return co_await reachable<T>(gate, start);
  }

  const std::shared_ptr<CallGate> gate_;
  const std::unique_ptr<Backend> inner_;
};

}  // namespace

BackendFactory gated(std::shared_ptr<CallGate> gate, BackendFactory factory) {
  return [gate = std::move(gate), factory = std::move(factory)]() -> std::unique_ptr<Backend> {
    try {
      auto inner = factory();
      return inner ? std::make_unique<GatedBackend>(gate, std::move(inner)) : nullptr;
    } catch (...) {
      (void)gate->escaped();
      return nullptr;
    }
  };
}

}  // namespace bryo::kernel
