// A plugin that throws wherever it is called.
#include <bryo/testing.h>
#include <gtest/gtest.h>
#include <kernel/plugin/gated.h>
#include <kernel/plugin/gated_backend.h>
#include <kernel/plugin/gated_hook.h>
#include <kernel/plugin/gated_meta_store.h>

#include <stdexcept>

namespace bryo::kernel {
namespace {

[[noreturn]] void jump() { throw std::runtime_error("out of the window"); }
constexpr const char* kText = "plugin 'leaky': out of the window";

struct ThrowingJob final : Xaction {
  Task<Status> run(XactionContext&) override {
    jump();
    co_return Status{};
  }
  [[nodiscard]] std::string control_message() const override { jump(); }
  [[nodiscard]] std::string extension() const override { jump(); }
};

struct ThrowingReader final : ArchiveReader {
  Status index(const OpenObject&, std::string_view, MemberSink&) const override { jump(); }
  Status extract(const OpenObject&, std::string_view, const MemberIndex&, std::span<const MemberPart>,
                 const std::function<Status(std::size_t, BytesView)>&) const override {
    jump();
  }
};

struct ThrowingWriter final : ArchiveWriter {
  [[nodiscard]] PayloadMode payload() const noexcept override { return PayloadMode::Observed; }
  [[nodiscard]] std::size_t max_header(std::size_t) const noexcept override { return 512; }
  Status begin(std::string_view, std::uint64_t, ArchiveBuffer&) override { jump(); }
  Status content(BytesView, ArchiveBuffer&) override { jump(); }
  void take_back() override { jump(); }
  Status end(ArchiveBuffer&) override { jump(); }
  Status finish(ArchiveBuffer&) override { jump(); }
};

struct ThrowingBackend final : Backend {
  Task<Status> head_bucket(BucketName) override { jump(); }
  Task<Result<std::vector<std::string>>> list_buckets() override { jump(); }
  Task<Result<ObjectAttributes>> head(BucketName, std::string) override { jump(); }
  Task<Result<BackendPage>> list(BucketName, BackendListRequest) override { jump(); }
  Task<Result<ObjectAttributes>> write(BucketName, std::string, ObjectAttributes, ByteSource&) override { jump(); }
  Task<Status> remove(BucketName, std::string) override { jump(); }
  Task<Result<BackendContent>> read(BucketName, std::string) override { jump(); }
};

struct ThrowingStore final : MetaStore {
  Task<Result<std::optional<MetaEntry>>> get(std::string) override { jump(); }
  Task<Result<std::vector<MetaEntry>>> list(std::string) override { jump(); }
  Task<Result<std::uint64_t>> put(std::string, std::string, std::uint64_t) override { jump(); }
  Task<Status> erase(std::string, std::uint64_t) override { jump(); }
};

struct NoSink final : BodySink {
  Task<Status> write(std::span<const BytesView>) override { co_return Status{}; }
  Task<Status> send_object(BytesView, ObjectPtr, std::uint64_t, std::uint64_t) override { co_return Status{}; }
  void trailer(std::string, std::string) override {}
};

class Throwing : public ::testing::Test {
 protected:
  Throwing() { gate_->open(); }
  ~Throwing() override { EXPECT_EQ(gate_->running(), 0u); }
  std::shared_ptr<CallGate> gate_ = std::make_shared<CallGate>("leaky");
};

TEST_F(Throwing, ARoute) {
  Request request;
  const auto handler = gated(gate_, [](Request&) -> Task<Result<Response>> {
    jump();
    co_return Response(204);
  });
  const auto result = bryo::testing::run(handler(request));
  EXPECT_EQ(result.error().message(), kText);
  EXPECT_EQ(result.error().status(), 500);
  EXPECT_EQ(gate_->exceptions(), 1u);
}

TEST_F(Throwing, ARouteBeforeItsCoroutineBegins) {
  Request request;
  const auto handler = gated(gate_, [](Request&) -> Task<Result<Response>> { jump(); });
  EXPECT_EQ(bryo::testing::run(handler(request)).error().message(), kText);
}

TEST_F(Throwing, ABodyProducer) {
  Request request;
  const auto handler = gated(gate_, [](Request&) -> Task<Result<Response>> {
    Response response;
    response.body = StreamBody{.produce = [](BodySink&) -> Task<Status> { jump(); }};
    co_return response;
  });
  auto response = bryo::testing::run(handler(request));
  ASSERT_TRUE(response);
  EXPECT_EQ(gate_->running(), 1u);
  NoSink sink;
  EXPECT_EQ(bryo::testing::run(std::get<StreamBody>(response->body).produce(sink)).error().message(), kText);
}

TEST_F(Throwing, AJobAndItsFactory) {
  bryo::testing::MemoryXactions::Job context("leaky-1");
  const auto job = gated(gate_, XactionFactory([] { return std::make_unique<ThrowingJob>(); }))();
  EXPECT_EQ(bryo::testing::run(job->run(context)).error().message(), kText);
  EXPECT_EQ(job->control_message(), kText);
  EXPECT_EQ(job->extension(), kText);
  const auto unmade = gated(gate_, XactionFactory([]() -> std::unique_ptr<Xaction> { jump(); }))();
  EXPECT_EQ(bryo::testing::run(unmade->run(context)).error().message(), kText);
  const auto none = gated(gate_, XactionFactory([]() -> std::unique_ptr<Xaction> { return nullptr; }))();
  EXPECT_EQ(bryo::testing::run(none->run(context)).error().message(), "plugin 'leaky': its factory made no job");
}

TEST_F(Throwing, AnArchiveFormat) {
  ArchiveFormat format;
  format.reader = std::make_shared<const ThrowingReader>();
  format.make_writer = [] { return std::make_unique<ThrowingWriter>(); };
  const auto guarded = gated(gate_, format);
  const bryo::testing::MemoryObject object("", 1);
  bryo::testing::MemoryMembers none;
  EXPECT_EQ(guarded.reader->index(object, "ais://b/a.x", none).error().message(), kText);
  EXPECT_EQ(guarded.reader->extract(object, "ais://b/a.x", none, {}, {}).error().message(), kText);
  ArchiveBuffer out;
  EXPECT_EQ(guarded.make_writer()->begin("a", 1, out).error().message(), kText);
  const auto writer = guarded.make_writer();
  writer->take_back();
  EXPECT_EQ(writer->finish(out).error().message(), kText);
  EXPECT_EQ(gate_->exceptions(), 4u);

  format.make_writer = []() -> std::unique_ptr<ArchiveWriter> { jump(); };
  EXPECT_EQ(gated(gate_, format).make_writer()->begin("a", 1, out).error().message(), kText);
}

TEST_F(Throwing, ABackendAndItsFactory) {
  const auto backend = gated(gate_, BackendFactory([] { return std::make_unique<ThrowingBackend>(); }))();
  ASSERT_TRUE(backend);
  EXPECT_EQ(bryo::testing::run(backend->head_bucket({})).error().message(), kText);
  EXPECT_EQ(bryo::testing::run(backend->list_buckets()).error().message(), kText);
  EXPECT_EQ(bryo::testing::run(backend->head({}, "o")).error().message(), kText);
  EXPECT_EQ(bryo::testing::run(backend->list({}, {})).error().message(), kText);
  EXPECT_EQ(bryo::testing::run(backend->remove({}, "o")).error().message(), kText);
  EXPECT_EQ(bryo::testing::run(backend->read({}, "o")).error().message(), kText);
  EXPECT_EQ(gate_->exceptions(), 6u);
  EXPECT_FALSE(gated(gate_, BackendFactory([]() -> std::unique_ptr<Backend> { jump(); }))());
}

TEST_F(Throwing, AnObjectHook) {
  const ObjectHook throws = [](ObjectChange) -> Task<Status> { jump(); };
  const ObjectChange change{.event = ObjectEvent::Put, .bucket = nullptr, .object = "o"};
  for (const HookTime time : {HookTime::Before, HookTime::After}) {
    EXPECT_EQ(bryo::testing::run(gated(gate_, time, throws)(change)).error().message(), kText);
  }
  EXPECT_EQ(gate_->exceptions(), 2u);
}

TEST_F(Throwing, AMetaStoreAndItsFactory) {
  bryo::testing::FakeHost host;
  const MetaStorePlace place{"/nowhere", {}, host.blocking(), host.clock(), host.log()};
  const auto make = gated(gate_, MetaStoreFactory([](const MetaStorePlace&) -> Result<std::unique_ptr<MetaStore>> {
                            return std::unique_ptr<MetaStore>(std::make_unique<ThrowingStore>());
                          }));
  const auto store = make(place);
  ASSERT_TRUE(store);
  EXPECT_EQ(bryo::testing::run((*store)->get("k")).error().message(), kText);
  EXPECT_EQ(bryo::testing::run((*store)->list("k")).error().message(), kText);
  EXPECT_EQ(bryo::testing::run((*store)->put("k", "v", 0)).error().message(), kText);
  EXPECT_EQ(bryo::testing::run((*store)->erase("k", 1)).error().message(), kText);
  const auto unmade = gated(
      gate_, MetaStoreFactory([](const MetaStorePlace&) -> Result<std::unique_ptr<MetaStore>> { jump(); }))(place);
  EXPECT_EQ(unmade.error().message(), kText);
  EXPECT_EQ(gate_->exceptions(), 5u);
}

TEST_F(Throwing, AnObjectHookOfAPluginThatIsDrained) {
  int asked = 0;
  const ObjectHook counts = [&asked](ObjectChange) -> Task<Status> {
    ++asked;
    co_return Error(Errc::Forbidden, "never on Sundays", "ErrForbidden");
  };
  const ObjectChange change{.event = ObjectEvent::Put, .bucket = nullptr, .object = "o"};
  const auto refused = bryo::testing::run(gated(gate_, HookTime::Before, counts)(change));
  EXPECT_EQ(refused.error().message(), "plugin 'leaky': never on Sundays");
  EXPECT_EQ(refused.error().tcode(), "ErrForbidden");
  ASSERT_TRUE(gate_->close_and_wait(CallGate::Closed::Drained, Deadline::never(), Deadline::never()));
  EXPECT_EQ(bryo::testing::run(gated(gate_, HookTime::Before, counts)(change)).error().status(), 503);
  EXPECT_TRUE(bryo::testing::run(gated(gate_, HookTime::After, counts)(change)));
  EXPECT_EQ(asked, 1);
}

TEST_F(Throwing, AnArchiveFormatOfAPluginThatDrains) {
  ArchiveFormat format;
  format.reader = std::make_shared<const ThrowingReader>();
  format.make_writer = [] { return std::make_unique<ThrowingWriter>(); };
  const auto guarded = gated(gate_, format);
  ASSERT_TRUE(gate_->close_and_wait(CallGate::Closed::Stopping, Deadline::never(), Deadline::never()));
  const bryo::testing::MemoryObject object("", 1);
  bryo::testing::MemoryMembers none;
  ArchiveBuffer out;
  EXPECT_EQ(guarded.reader->index(object, "ais://b/a.x", none).error().message(), "plugin 'leaky' is stopping");
  EXPECT_EQ(guarded.make_writer()->begin("a", 1, out).error().message(), "plugin 'leaky' is stopping");
}

}  // namespace
}  // namespace bryo::kernel
