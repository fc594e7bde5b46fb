#include "batch_writer.h"

#include <gmock/gmock.h>

#include <deque>
#include <exception>
#include <optional>

#include "batch_fixture.h"
#include "toy_format.h"

namespace bryo::moss {
namespace {

using ::testing::HasSubstr;

LoadedBytes loaded(const std::string& content) {
  auto kept = std::make_shared<LoadedBytes::Kept>();
  kept->bytes.append(content);
  return {std::move(kept)};
}

/// Runs everything of one writer on one loop, as a connection does.
class OneLoop {
 public:
  template <class T>
  T run(Task<T> task) {
    std::optional<T> answer;
    std::exception_ptr thrown;
    boost::asio::co_spawn(loop_, testing::keep(std::move(task), answer), [&](std::exception_ptr e) { thrown = e; });
    loop_.restart();
    loop_.run();
    if (thrown) std::rethrow_exception(thrown);
    return *std::move(answer);
  }

 private:
  boost::asio::io_context loop_;
};

/// Formats whose writers must see the content: what BatchWriter does with TAR is tested through whole answers.
class WriterThatSees : public ::testing::TestWithParam<PayloadMode> {
 protected:
  /// Appends as EntryLoop does: without waiting where that is possible.
  Result<BatchWriter::Appended> append(const std::string& name, EntryOutcome outcome) {
    if (auto done = writer_.try_append(name, outcome)) {
      if (*done) return BatchWriter::Appended::Whole;
      why_ = done->error().message();
      return BatchWriter::Appended::Failed;
    }
    auto appended = loop_.run(writer_.append(name, std::move(outcome)));
    why_ = appended ? writer_.failure().message() : appended.error().message();
    return appended;
  }
  static ObjectSlice slice(const std::shared_ptr<testing::MemoryObject>& object, std::uint64_t offset,
                           std::uint64_t size) {
    return {.object = object, .offset = offset, .size = size};
  }
  static std::shared_ptr<testing::MemoryObject> object(std::string content,
                                                       testing::Warmth warmth = testing::Warmth::Warm) {
    return std::make_shared<testing::MemoryObject>(std::move(content), 1, warmth);
  }
  std::string finished() {
    EXPECT_TRUE(loop_.run(writer_.finish("tail")));
    return sink_.bytes;
  }
  static std::string expected(const std::string& name, const std::string& content) {
    return toy_member(name, content, GetParam());
  }

  OneLoop loop_;
  testing::InlinePool pool_;
  testing::MemorySink sink_;
  ArchiveBuffer out_;
  BatchWriter writer_{std::make_unique<ToyWriter>(GetParam()), out_, sink_, pool_, {.send_from = 4096}};
  std::string why_;
};

INSTANTIATE_TEST_SUITE_P(Modes, WriterThatSees, ::testing::Values(PayloadMode::Observed, PayloadMode::Transformed));

TEST_P(WriterThatSees, EveryByteOnceWhateverItsSizeAndWarmth) {
  std::string all;
  for (const std::size_t size : {0u, 1u, 4095u, 4096u, 262'144u, 262'145u, 700'000u}) {
    for (const auto warmth : {testing::Warmth::Warm, testing::Warmth::Cold}) {
      const auto name = std::to_string(size);
      const auto content = text_of(size + 7);
      const auto appended = append(name, slice(object(content, warmth), 5, size));
      ASSERT_TRUE(appended) << name;
      EXPECT_EQ(*appended, BatchWriter::Appended::Whole);
      all += expected(name, content.substr(5, size));
    }
  }
  EXPECT_TRUE(finished() == all + "<end>tail");
  EXPECT_EQ(sink_.objects_sent, 0u);
  for (const auto size : sink_.writes) EXPECT_LE(size, 2u << 20);
}

TEST_P(WriterThatSees, LoadedBytesToo) {
  for (const std::size_t size : {10u, 600'000u}) {
    ASSERT_TRUE(append("m", loaded(text_of(size))));
  }
  EXPECT_TRUE(finished() == expected("m", text_of(10)) + expected("m", text_of(600'000)) + "<end>tail");
}

TEST_P(WriterThatSees, AMemberThatFailsBeforeItBeganLeavesNoTrace) {
  for (const auto warmth : {testing::Warmth::Warm, testing::Warmth::Cold}) {
    for (const std::size_t size : {1000u, 600'000u}) {
      const auto broken = object(text_of(size), warmth);
      broken->break_at(500);
      const auto appended = append("broken", slice(broken, 0, size));
      ASSERT_TRUE(appended);
      EXPECT_EQ(*appended, BatchWriter::Appended::Failed);
      EXPECT_EQ(why_, "the disk is broken here");
    }
  }
  ASSERT_TRUE(append("good", slice(object("good"), 0, 4)));
  EXPECT_EQ(finished(), expected("good", "good") + "<end>tail");
}

TEST_P(WriterThatSees, AMemberThatFailsLaterFailsTheAnswer) {
  const auto broken = object(text_of(600'000));
  broken->break_at(300'000);
  EXPECT_FALSE(append("broken", slice(broken, 0, 600'000)));
  EXPECT_EQ(why_, "the disk is broken here");
  EXPECT_FALSE(sink_.ended);
}

TEST_P(WriterThatSees, AClientThatLeavesInTheMiddleOfAMember) {
  sink_.gone_after = 300'000;
  const auto appended = append("large", slice(object(text_of(2'000'000)), 0, 2'000'000));
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().code(), Errc::Cancelled);
}

/// What a member is given becomes a piece; each knows its number. One of them may fail.
class PiecewiseWriter final : public ArchiveWriter {
 public:
  explicit PiecewiseWriter(std::size_t failing) : failing_(failing) {}
  [[nodiscard]] PayloadMode payload() const noexcept override { return PayloadMode::Transformed; }
  [[nodiscard]] std::size_t max_header(std::size_t) const noexcept override { return 0; }
  Status begin(std::string_view name, std::uint64_t, ArchiveBuffer&) override {
    add("<" + std::string(name) + ">");
    return {};
  }
  Status content(BytesView bytes, ArchiveBuffer&) override {
    add(std::string(as_text(bytes)));
    return {};
  }
  Status end(ArchiveBuffer&) override { return {}; }
  Status finish(ArchiveBuffer&) override {
    add("<end>");
    return {};
  }
  ArchivePiece next_piece() override {
    if (pieces_.empty()) return {};
    auto next = std::move(pieces_.front());
    pieces_.pop_front();
    return next;
  }

 private:
  void add(std::string text) {
    pieces_.emplace_back([t = std::move(text), fails = made_++ == failing_](ArchiveBuffer& out) -> Status {
      if (fails) return Error(Errc::Internal, "cannot be compressed");
      out.append(t);
      return {};
    });
  }
  const std::size_t failing_;
  std::size_t made_ = 0;
  std::deque<ArchivePiece> pieces_;
};

class WriterInPieces : public ::testing::Test {
 protected:
  static constexpr std::size_t kNone = ~std::size_t{0};

  /// Twenty members of `size`, as EntryLoop writes them.
  Task<Status> write(std::size_t size, std::size_t failing = kNone) {
    BatchWriter writer(std::make_unique<PiecewiseWriter>(failing), out_, sink_, pool_, {});
    for (int i = 0; i < 20; ++i) {
      if (writer.flush_due()) BRYO_CO_CHECK(co_await writer.flush());
      const std::string name = std::to_string(i);
      const EntryOutcome outcome(loaded(text_of(size)));
      if (const auto appended = writer.try_append(name, outcome)) {
        BRYO_CO_CHECK(*appended);
        continue;
      }
      BRYO_CO_TRY(appended, co_await writer.append(name, outcome));
      EXPECT_EQ(appended, BatchWriter::Appended::Whole);
    }
    co_return co_await writer.finish("tail");
  }
  static std::string expected(std::size_t size) {
    std::string out;
    for (int i = 0; i < 20; ++i) out += "<" + std::to_string(i) + ">" + text_of(size);
    return out + "<end>tail";
  }

  testing::InlinePool pool_;
  testing::MemorySink sink_;
  ArchiveBuffer out_;
};

TEST_F(WriterInPieces, EveryByteOnceInOrder) {
  for (const std::size_t size : {0u, 10u, 50'000u, 1'000'000u}) {
    sink_.bytes.clear();
    const Status done = testing::run(write(size));
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_TRUE(sink_.bytes == expected(size)) << size;
  }
}

TEST_F(WriterInPieces, APieceThatFailsFailsTheAnswer) {
  for (const std::size_t failing : {0u, 5u, 39u, 40u}) {
    const Status done = testing::run(write(100'000, failing));
    ASSERT_FALSE(done) << failing;
    EXPECT_EQ(done.error().message(), "cannot be compressed");
    EXPECT_FALSE(sink_.ended);
    out_.clear();
  }
}

TEST_F(WriterInPieces, AClientThatLeaves) {
  sink_.gone_after = 300'000;
  const Status done = testing::run(write(100'000));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), Errc::Cancelled);
}

/// Members of its shards lie three bytes behind their offset; those named "damaged" cannot be found.
class CopyReader final : public ArchiveReader {
 public:
  Status index(const OpenObject&, std::string_view, MemberSink&) const override { return {}; }
  Result<std::uint64_t> packed_offset(const OpenObject&, std::string_view, const Member& member) const override {
    if (member.name == "damaged") return Error(Errc::InvalidArgument, "is not where it should be");
    return member.offset + 3;
  }
};

/// `[name]content` for what it takes as it is stored; names with '!' it refuses.
class CopyWriter final : public ArchiveWriter {
 public:
  [[nodiscard]] PayloadMode payload() const noexcept override { return PayloadMode::Observed; }
  [[nodiscard]] std::size_t max_header(std::size_t name_size) const noexcept override { return name_size + 2; }
  Status begin(std::string_view, std::uint64_t, ArchiveBuffer&) override { return {}; }
  Result<bool> begin_packed(std::string_view name, std::string_view format, const Member&,
                            ArchiveBuffer& out) override {
    if (name.find('!') != std::string_view::npos) return Error(Errc::InvalidArgument, "no such names");
    if (format != ".copy") return false;
    out.append("[" + std::string(name) + "]");
    return true;
  }
  Status end(ArchiveBuffer& out) override {
    out.append(std::string_view(";"));
    return {};
  }
  Status finish(ArchiveBuffer&) override { return {}; }
};

class PackedMembers : public ::testing::Test {
 protected:
  Result<bool> copy(const std::string& name, const std::string& content, testing::Warmth warmth,
                    const std::string& format = ".copy", std::uint64_t broken_at = ~std::uint64_t{0}) {
    const auto object = std::make_shared<testing::MemoryObject>(std::string(100, '-') + content, 1, warmth);
    object->break_at(broken_at);
    auto made = std::make_shared<ArchiveFormat>();
    made->spec.name = format;
    made->reader = std::make_shared<const CopyReader>();
    const Member member{.name = name, .size = 2 * content.size(), .offset = 97, .packed = content.size()};
    EncodedSlice slice{{object, nullptr, made}, member, 0, member.size};
    return loop_.run(writer_.append_packed(name, std::move(slice)));
  }
  std::string finished() {
    EXPECT_TRUE(loop_.run(writer_.finish()));
    return sink_.bytes;
  }

  OneLoop loop_;
  testing::InlinePool pool_;
  testing::MemorySink sink_;
  ArchiveBuffer out_;
  BatchWriter writer_{std::make_unique<CopyWriter>(), out_, sink_, pool_, {.send_from = 4096}};
};

TEST_F(PackedMembers, GoOutAsTheShardHoldsThem) {
  std::string expected;
  for (const std::size_t size : {0u, 1u, 4095u, 4096u, 100'000u}) {
    for (const auto warmth : {testing::Warmth::Warm, testing::Warmth::Cold}) {
      const auto copied = copy("m", text_of(size), warmth);
      ASSERT_TRUE(copied);
      EXPECT_TRUE(*copied);
      expected += "[m]" + text_of(size) + ";";
    }
  }
  EXPECT_EQ(finished(), expected);
  EXPECT_EQ(sink_.objects_sent, 4u) << "large ones go from the file";
}

TEST_F(PackedMembers, WhatCannotBeCopiedLeavesNoTrace) {
  for (const auto warmth : {testing::Warmth::Warm, testing::Warmth::Cold}) {
    for (const std::size_t size : {10u, 5'000u}) {
      EXPECT_FALSE(*copy("damaged", text_of(size), warmth));
      EXPECT_FALSE(*copy("no!", text_of(size), warmth));
      EXPECT_FALSE(*copy("m", text_of(size), warmth, ".other"));
    }
    EXPECT_FALSE(*copy("m", text_of(10), warmth, ".copy", 105));
    EXPECT_FALSE(*copy("m", "", warmth, ".other"));
  }
  EXPECT_FALSE(writer_.sent());
  EXPECT_EQ(finished(), "");
}

class VerbatimWriter : public ::testing::Test {
 protected:
  OneLoop loop_;
  testing::InlinePool pool_;
  testing::MemorySink sink_;
  ArchiveBuffer out_;
  BatchWriter writer_{std::make_unique<tar::TarWriter>(), out_, sink_, pool_, {.send_from = 4096}};
};

// Bytes of a decoded member are already in memory: they are sent from there, in order with what was gathered before.
TEST_F(VerbatimWriter, LargeLoadedBytesAreNotCopiedIntoTheBuffer) {
  ASSERT_TRUE(*writer_.try_append("small", ObjectSlice{std::make_shared<testing::MemoryObject>("content", 1), 0, 7}));
  const EntryOutcome outcome(loaded(text_of(50'000)));
  EXPECT_FALSE(writer_.try_append("large", outcome));
  ASSERT_TRUE(loop_.run(writer_.append("large", loaded(text_of(50'000)))));
  EXPECT_LT(out_.capacity(), 50'000u);
  ASSERT_TRUE(loop_.run(writer_.finish()));
  EXPECT_EQ(members_of(sink_.bytes), (Members{{"small", "content"}, {"large", text_of(50'000)}}));
}

TEST_F(VerbatimWriter, ANameThatTheFormatRefusesIsTheMembersFailure) {
  const ObjectSlice small{std::make_shared<testing::MemoryObject>(text_of(10), 1), 0, 10};
  const ObjectSlice large{std::make_shared<testing::MemoryObject>(text_of(9000), 1), 0, 9000};
  const auto refused = writer_.try_append("", small);
  ASSERT_TRUE(refused);
  EXPECT_FALSE(*refused);
  const auto appended = loop_.run(writer_.append("", large));
  ASSERT_TRUE(appended);
  EXPECT_EQ(*appended, BatchWriter::Appended::Failed);
  ASSERT_TRUE(*writer_.try_append("good", small));
  ASSERT_TRUE(loop_.run(writer_.finish()));
  EXPECT_EQ(members_of(sink_.bytes), (Members{{"good", text_of(10)}}));
}

}  // namespace
}  // namespace bryo::moss
