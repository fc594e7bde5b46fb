#include <gtest/gtest.h>
#include <kernel/plugin/service_registry.h>

namespace bryo::kernel {
namespace {

struct Index {
  virtual ~Index() = default;
  virtual int find() = 0;
};
struct SevenIndex final : Index {
  int find() override { return 7; }
};
struct Other {};

class ServiceRegistryTest : public ::testing::Test {
 protected:
  ServiceRegistryTest() { gate_->open(); }
  Status add(std::string name, std::shared_ptr<CallGate> gate, std::string doc = "Finds.") {
    return services_.add({.name = std::move(name), .doc = std::move(doc)}, typeid(Index),
                         std::static_pointer_cast<Index>(std::make_shared<SevenIndex>()), std::move(gate));
  }
  /// As a host does it.
  Result<Service<Index>> take(std::string_view name, const std::vector<std::string>& needs) {
    BRYO_TRY(offer, services_.find(name, typeid(Index), "asker", needs));
    return Service<Index>(offer.door, std::static_pointer_cast<Index>(offer.object));
  }
  static std::string text(const Status& status) { return status ? "(accepted)" : status.error().message(); }

  std::shared_ptr<CallGate> gate_ = std::make_shared<CallGate>("provider");
  ServiceRegistry services_;
};

TEST_F(ServiceRegistryTest, AUseIsACallOfTheProvider) {
  ASSERT_TRUE(add("index", gate_));
  const auto service = take("index", {"provider"});
  ASSERT_TRUE(service) << service.error().message();
  {
    const auto use = service->use();
    ASSERT_TRUE(use);
    EXPECT_EQ((*use)->find(), 7);
    EXPECT_EQ(gate_->running(), 1u);
  }
  EXPECT_EQ(gate_->running(), 0u);
  EXPECT_EQ(gate_->calls(), 1u);
}

TEST_F(ServiceRegistryTest, ADrainedProviderIsNotUsed) {
  ASSERT_TRUE(add("index", gate_));
  const auto service = take("index", {"provider"});
  ASSERT_TRUE(gate_->close_and_wait(CallGate::Closed::Drained, Deadline::after(std::chrono::seconds(1)),
                                    Deadline::after(std::chrono::seconds(1))));
  const auto use = service->use();
  ASSERT_FALSE(use);
  EXPECT_EQ(use.error().code(), Errc::Unavailable);
  gate_->open();
  EXPECT_TRUE(service->use());
}

TEST_F(ServiceRegistryTest, OnlyForPluginsThatNeedTheProvider) {
  ASSERT_TRUE(add("index", gate_));
  EXPECT_EQ(take("index", {"another"}).error().message(),
            "service 'index' for plugin 'asker' is offered by 'provider', which is not among the `needs` of 'asker': "
            "add it there, so that it starts first");
  EXPECT_EQ(take("indx", {"provider"}).error().message(),
            "service 'indx' for plugin 'asker' is offered by no enabled plugin: add the one that offers it to `enable` "
            "in [plugins], and to the `needs` of 'asker'");
}

TEST_F(ServiceRegistryTest, AnotherTypeIsRefused) {
  ASSERT_TRUE(add("index", gate_));
  const auto offer = services_.find("index", typeid(Other), "asker", {"provider"});
  ASSERT_FALSE(offer);
  EXPECT_EQ(offer.error().message(),
            "service 'index' for plugin 'asker' has another type than 'provider' offers: build both with the same "
            "header of that interface");
}

TEST_F(ServiceRegistryTest, RefusesWhatIsIncomplete) {
  EXPECT_EQ(text(add("Index", gate_)),
            "service 'Index' of 'provider' must be named with 1 to 64 of a-z, 0-9, '_' and '.', beginning with a "
            "letter");
  EXPECT_EQ(text(add("index", gate_, "")), "service 'index' of 'provider' has no sentence of documentation");
  EXPECT_EQ(text(services_.add({.name = "index", .doc = "d"}, typeid(Index), nullptr, gate_)),
            "service 'index' of 'provider' has no object");
  ASSERT_TRUE(add("index", gate_));
  EXPECT_EQ(text(add("index", std::make_shared<CallGate>("second"))),
            "service 'index' of 'second' is already offered by 'provider': enable one of them");
  services_.withdraw("provider");
  EXPECT_TRUE(add("index", std::make_shared<CallGate>("second")));
}

}  // namespace
}  // namespace bryo::kernel
