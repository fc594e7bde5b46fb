// A drain while archives of the plugin's format are read and written, in requests of others.
#include <bryo/testing.h>
#include <gtest/gtest.h>
#include <kernel/plugin/gated.h>
#include <kernel/runtime/event_loops.h>

#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <future>

namespace bryo::kernel {
namespace {

using namespace std::chrono_literals;

constexpr const char* kDrained = "plugin 'zst' is drained: this call took too long and was ended";

class NoLog final : public Log {
  void debug(std::string_view, Fields) override {}
  void info(std::string_view, Fields) override {}
  void warning(std::string_view, Fields) override {}
  void error(std::string_view, Fields) override {}
};

class CountedWriter final : public ArchiveWriter {
 public:
  explicit CountedWriter(std::atomic<int>& alive) : alive_(alive) { ++alive_; }
  ~CountedWriter() override { --alive_; }
  [[nodiscard]] PayloadMode payload() const noexcept override { return PayloadMode::Transformed; }
  [[nodiscard]] std::size_t max_header(std::size_t) const noexcept override { return 1; }
  Status begin(std::string_view, std::uint64_t, ArchiveBuffer&) override { return {}; }
  Status end(ArchiveBuffer&) override { return {}; }
  Status finish(ArchiveBuffer&) override { return {}; }

 private:
  std::atomic<int>& alive_;
};

/// A member that never ends.
struct EndlessReader final : ArchiveReader {
  Status index(const OpenObject&, std::string_view, MemberSink& members) const override {
    for (;;) {
      if (!members.add({.name = "m"})) return Error(Errc::Io, "cannot go on");
    }
  }
  Status extract(const OpenObject&, std::string_view, const MemberIndex&, std::span<const MemberPart>,
                 const std::function<Status(std::size_t, BytesView)>& sink) const override {
    for (;;) {
      if (!sink(0, {})) return Error(Errc::Io, "cannot write");
    }
  }
};

class ArchiveDrain : public ::testing::Test {
 protected:
  ArchiveDrain() {
    gate_->open();
    ArchiveFormat format;
    format.reader = std::make_shared<const EndlessReader>();
    format.make_writer = [this] { return std::make_unique<CountedWriter>(alive_); };
    format_ = gated(gate_, std::move(format));
  }
  bool drain() {
    return gate_->close_and_wait(CallGate::Closed::Drained, Deadline(Deadline::Clock::now()), Deadline::after(30s));
  }
  /// On the loop, as a request's coroutine between two waits.
  template <class Work>
  auto on_loop(Work work) {
    return boost::asio::post(loops_.at(0).get_executor(), std::packaged_task<decltype(work())()>(std::move(work)))
        .get();
  }

  NoLog log_;
  std::atomic<int> alive_{0};
  std::shared_ptr<CallGate> gate_ = std::make_shared<CallGate>("zst");
  ArchiveFormat format_;
  EventLoops loops_{1, log_};
};

TEST_F(ArchiveDrain, EndsWritersBetweenTheirCalls) {
  std::vector<std::unique_ptr<ArchiveWriter>> writers;
  ArchiveBuffer out;
  on_loop([&] {
    for (int i = 0; i < 1000; ++i) {
      writers.push_back(format_.make_writer());
      EXPECT_TRUE(writers.back()->begin("a", 1, out));
    }
  });
  EXPECT_EQ(gate_->running(), 1000u);
  EXPECT_TRUE(drain());
  EXPECT_EQ(alive_, 0) << "nothing of the plugin is in use after a drain";
  on_loop([&] {
    for (const auto& writer : writers) EXPECT_EQ(writer->end(out).error().message(), kDrained);
    writers.clear();
  });
}

TEST_F(ArchiveDrain, WaitsForAWriterThatEnds) {
  std::unique_ptr<ArchiveWriter> writer;
  ArchiveBuffer out;
  on_loop([&] { writer = format_.make_writer(); });
  auto drained = std::async(std::launch::async, [&] {
    return gate_->close_and_wait(CallGate::Closed::Drained, Deadline::after(30s), Deadline::after(30s));
  });
  while (gate_->enter()) std::this_thread::yield();
  on_loop([&] {
    EXPECT_TRUE(writer->finish(out));
    writer.reset();
  });
  EXPECT_TRUE(drained.get());
}

TEST_F(ArchiveDrain, EndsAnExtractionAtItsNextPiece) {
  const bryo::testing::MemoryObject object("", 1);
  const bryo::testing::MemoryMembers none;
  auto extraction = std::async(std::launch::async, [&] {
    const auto sink = [](std::size_t, BytesView) { return Status(); };
    return format_.reader->extract(object, "ais://b/a.zst", none, {}, sink);
  });
  while (gate_->running() == 0) std::this_thread::yield();
  EXPECT_TRUE(drain());
  EXPECT_EQ(extraction.get().error().message(), kDrained);
}

TEST_F(ArchiveDrain, EndsAPassOverAnArchiveAtItsNextMember) {
  const bryo::testing::MemoryObject object("", 1);
  auto pass = std::async(std::launch::async, [&] {
    bryo::testing::MemoryMembers members;
    return format_.reader->index(object, "ais://b/a.zst", members);
  });
  while (gate_->running() == 0) std::this_thread::yield();
  EXPECT_TRUE(drain());
  EXPECT_EQ(pass.get().error().message(), kDrained);
}

}  // namespace
}  // namespace bryo::kernel
