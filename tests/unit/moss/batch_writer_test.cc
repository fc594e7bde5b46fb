#include "batch_writer.h"

#include <gmock/gmock.h>

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
    auto appended = testing::run(writer_.append(name, std::move(outcome)));
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
    EXPECT_TRUE(testing::run(writer_.finish("tail")));
    return sink_.bytes;
  }
  static std::string expected(const std::string& name, const std::string& content) {
    return toy_member(name, content, GetParam());
  }

  testing::MemorySink sink_;
  ArchiveBuffer out_;
  BatchWriter writer_{std::make_unique<ToyWriter>(GetParam()), out_, sink_, {.send_from = 4096}};
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

class VerbatimWriter : public ::testing::Test {
 protected:
  testing::MemorySink sink_;
  ArchiveBuffer out_;
  BatchWriter writer_{std::make_unique<tar::TarWriter>(), out_, sink_, {.send_from = 4096}};
};

// Bytes of a decoded member are already in memory: they are sent from there, in order with what was gathered before.
TEST_F(VerbatimWriter, LargeLoadedBytesAreNotCopiedIntoTheBuffer) {
  ASSERT_TRUE(*writer_.try_append("small", ObjectSlice{std::make_shared<testing::MemoryObject>("content", 1), 0, 7}));
  const EntryOutcome outcome(loaded(text_of(50'000)));
  EXPECT_FALSE(writer_.try_append("large", outcome));
  ASSERT_TRUE(testing::run(writer_.append("large", loaded(text_of(50'000)))));
  EXPECT_LT(out_.capacity(), 50'000u);
  ASSERT_TRUE(testing::run(writer_.finish()));
  EXPECT_EQ(members_of(sink_.bytes), (Members{{"small", "content"}, {"large", text_of(50'000)}}));
}

TEST_F(VerbatimWriter, ANameThatTheFormatRefusesIsTheMembersFailure) {
  const ObjectSlice small{std::make_shared<testing::MemoryObject>(text_of(10), 1), 0, 10};
  const ObjectSlice large{std::make_shared<testing::MemoryObject>(text_of(9000), 1), 0, 9000};
  const auto refused = writer_.try_append("", small);
  ASSERT_TRUE(refused);
  EXPECT_FALSE(*refused);
  const auto appended = testing::run(writer_.append("", large));
  ASSERT_TRUE(appended);
  EXPECT_EQ(*appended, BatchWriter::Appended::Failed);
  ASSERT_TRUE(*writer_.try_append("good", small));
  ASSERT_TRUE(testing::run(writer_.finish()));
  EXPECT_EQ(members_of(sink_.bytes), (Members{{"good", text_of(10)}}));
}

}  // namespace
}  // namespace bryo::moss
