#include <bryo/archive_pieces.h>
#include <bryo/testing.h>
#include <gtest/gtest.h>
#include <kernel/runtime/thread_pool.h>

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <deque>
#include <future>
#include <string>
#include <thread>

namespace bryo {
namespace {

/// Its pieces are what the test makes them.
class PieceWriter final : public ArchiveWriter {
 public:
  std::deque<ArchivePiece> pieces;
  [[nodiscard]] PayloadMode payload() const noexcept override { return PayloadMode::Transformed; }
  [[nodiscard]] std::size_t max_header(std::size_t) const noexcept override { return 0; }
  Status begin(std::string_view, std::uint64_t, ArchiveBuffer&) override { return {}; }
  Status end(ArchiveBuffer&) override { return {}; }
  Status finish(ArchiveBuffer&) override { return {}; }
  ArchivePiece next_piece() override {
    if (pieces.empty()) return {};
    auto next = std::move(pieces.front());
    pieces.pop_front();
    return next;
  }
  void add(std::string text) {
    pieces.emplace_back([t = std::move(text)](ArchiveBuffer& out) -> Status {
      out.append(t);
      return {};
    });
  }
};

class ArchivePiecesTest : public ::testing::Test {
 protected:
  PieceWriter writer;
  kernel::ThreadPool pool{{.threads = 4}};
  ArchiveBuffer out;

  Task<Status> finish(std::size_t limit) {
    ArchivePieces pieces(writer, pool, co_await boost::asio::this_coro::executor, limit);
    co_return co_await pieces.finish(out);
  }
  Task<Status> collect(std::size_t limit) {
    ArchivePieces pieces(writer, pool, co_await boost::asio::this_coro::executor, limit);
    BRYO_CO_CHECK(co_await pieces.collect(out));
    EXPECT_FALSE(pieces.full());
    EXPECT_TRUE(writer.pieces.empty());
    co_return co_await pieces.finish(out);
  }
};

TEST_F(ArchivePiecesTest, OrderIsThatOfTheWriterNotOfTheThreads) {
  std::promise<void> last_ran;
  writer.pieces.emplace_back([done = last_ran.get_future().share()](ArchiveBuffer& to) -> Status {
    done.wait();
    to.append("first ");
    return {};
  });
  writer.add("second ");
  writer.pieces.emplace_back([&](ArchiveBuffer& to) -> Status {
    to.append("third");
    last_ran.set_value();
    return {};
  });
  ASSERT_TRUE(testing::run(finish(3)));
  EXPECT_EQ(as_text(out.view()), "first second third");
}

TEST_F(ArchivePiecesTest, NeverMoreThanTheLimitAreUnderWay) {
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  std::string expected;
  for (int i = 0; i < 200; ++i) {
    expected += std::to_string(i) + ' ';
    writer.pieces.emplace_back([&, i](ArchiveBuffer& to) -> Status {
      const int now = ++running;
      for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
      }
      to.append(std::to_string(i) + ' ');
      --running;
      return {};
    });
  }
  ASSERT_TRUE(testing::run(collect(3)));
  EXPECT_EQ(as_text(out.view()), expected);
  EXPECT_LE(most, 3);
}

TEST_F(ArchivePiecesTest, TheFirstFailureInOrderEndsIt) {
  writer.add("good ");
  writer.pieces.emplace_back([](ArchiveBuffer&) -> Status { return Error(Errc::Internal, "cannot be packed"); });
  writer.add("lost");
  const Status done = testing::run(finish(8));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message(), "cannot be packed");
  EXPECT_EQ(as_text(out.view()), "good ");
}

TEST_F(ArchivePiecesTest, AWriterWithoutPiecesCostsNothing) {
  EXPECT_TRUE(testing::run(finish(8)));
  EXPECT_TRUE(out.empty());
}

TEST_F(ArchivePiecesTest, PiecesOutliveWhoeverAskedForThem) {
  boost::asio::io_context loop;
  std::promise<void> go;
  auto going = go.get_future().share();
  std::atomic<int> ran{0};
  {
    ArchivePieces pieces(writer, pool, loop.get_executor(), 8);
    for (int i = 0; i < 8; ++i) {
      writer.pieces.emplace_back([&ran, going, own = std::string(100'000, 'x')](ArchiveBuffer& to) -> Status {
        ++ran;
        going.wait();
        to.append(own);
        return {};
      });
    }
    ASSERT_TRUE(pieces.advance(out));
    EXPECT_TRUE(pieces.full());
    loop.poll();  // four run, four wait for a thread
    while (ran < 4) std::this_thread::yield();
  }
  go.set_value();
  loop.run();
  EXPECT_EQ(ran, 4) << "those in line are not compressed for nobody";
  EXPECT_TRUE(out.empty());
}

TEST_F(ArchivePiecesTest, ACancelledCallerDoesNotWait) {
  boost::asio::io_context loop;
  std::promise<void> go;
  writer.pieces.emplace_back([going = go.get_future().share()](ArchiveBuffer&) -> Status {
    going.wait();
    return {};
  });
  std::optional<Status> answer;
  boost::asio::cancellation_signal signal;
  auto keep = [&](std::exception_ptr thrown, Status status) {
    EXPECT_FALSE(thrown);
    answer = std::move(status);
  };
  boost::asio::co_spawn(loop, finish(8), boost::asio::bind_cancellation_slot(signal.slot(), keep));
  loop.poll();
  EXPECT_FALSE(answer);
  signal.emit(boost::asio::cancellation_type::terminal);
  loop.poll();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().code(), Errc::Cancelled);
  go.set_value();
  loop.run();
}

TEST_F(ArchivePiecesTest, OnTheCallingThread) {
  writer.add("one ");
  writer.add("two");
  ASSERT_TRUE(compress_pieces(writer, out));
  EXPECT_EQ(as_text(out.view()), "one two");
}

}  // namespace
}  // namespace bryo
