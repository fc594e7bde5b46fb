#pragma once

/// What every job must do, as a suite of GoogleTest. A subject owns the fakes and makes the job:
///
///   struct Subject {                              // default constructible, one for each case
///     bryo::testing::FakeRegistrar registrar;     // the job's options and metrics are declared in it
///     bryo::testing::FakeHost host;
///     bryo::BucketPtr prepare();                  // at least ten objects to work on; null for jobs without a bucket
///     bryo::XactionKind kind();
///     std::unique_ptr<bryo::Xaction> make();
///     bryo::testing::MemoryFields::Values message();  // of jobs that need one: what they are started with
///     bryo::BucketPtr empty_bucket();             // only of jobs that need another one than `ais://empty`
///   };
///   namespace bryo::contract {
///   INSTANTIATE_TYPED_TEST_SUITE_P(Mine, XactionContract, Subject);
///   }

#include <bryo/testing.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <memory>
#include <optional>
#include <string>

namespace bryo::contract {

/// A job that may be run.
template <class Subject>
std::unique_ptr<Xaction> started(Subject& subject, const BucketPtr& bucket) {
  auto xaction = subject.make();
  testing::MemoryFields::Values message;
  if constexpr (requires { subject.message(); }) message = subject.message();
  const auto plan = testing::prepare(*xaction, bucket, std::move(message));
  EXPECT_TRUE(plan) << plan.error().message();
  return xaction;
}

template <class Subject>
class XactionContract : public ::testing::Test {
 protected:
  /// Runs a new job to its end. An exception fails the case: errors are values.
  Status run(testing::MemoryJob& job) {
    const auto xaction = started(subject, job.bucket());
    EXPECT_NO_THROW((void)xaction->control_message());
    Status result;
    EXPECT_NO_THROW(result = testing::run(xaction->run(job)));
    EXPECT_NO_THROW((void)xaction->control_message());
    if (!result) {
      EXPECT_FALSE(result.error().message().empty()) << "an error needs a sentence";
    }
    return result;
  }
  [[nodiscard]] std::int64_t progress(const testing::MemoryJob& job) const {
    const auto& stats = job.counters;
    return stats.local_objects + stats.sent_objects + stats.received_objects;
  }

  Subject subject;
  const BucketPtr bucket = subject.prepare();
};
TYPED_TEST_SUITE_P(XactionContract);

TYPED_TEST_P(XactionContract, TheKindIsWellFormed) {
  const XactionKind kind = this->subject.kind();
  ASSERT_FALSE(kind.name.empty());
  EXPECT_TRUE(kind.name.front() >= 'a' && kind.name.front() <= 'z') << kind.name;
  EXPECT_TRUE(std::all_of(kind.name.begin(), kind.name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  })) << kind.name;
  EXPECT_TRUE(kind.doc.ends_with('.')) << "the sentence of documentation ends with a full stop: " << kind.doc;
  EXPECT_LE(kind.id_prefix.size(), 22u) << kind.id_prefix;
  for (const auto& other : kind.conflicts) EXPECT_FALSE(other.empty()) << "a conflict names a kind";
  for (const auto& action : kind.actions) {
    EXPECT_FALSE(action.name.empty()) << "an action has a name";
    EXPECT_EQ(kind.scope, XactionScope::Bucket) << "the bucket of an action is the job's";
  }
  if (kind.scope == XactionScope::Bucket) {
    EXPECT_NE(this->bucket, nullptr) << "prepare() must answer a bucket";
  }
}

TYPED_TEST_P(XactionContract, RunsToItsEnd) {
  testing::MemoryJob job("job-000000001", this->bucket);
  const Status result = this->run(job);
  EXPECT_TRUE(result) << result.error().message();
  EXPECT_TRUE(job.errors.empty()) << job.errors.front();
}

TYPED_TEST_P(XactionContract, ProgressIsCounted) {
  testing::MemoryJob job("job-000000001", this->bucket);
  ASSERT_TRUE(this->run(job));
  EXPECT_GT(this->progress(job), 0) << "a job counts what it worked on in ctx.stats()";
}

TYPED_TEST_P(XactionContract, MetricsArePresent) {
  EXPECT_GT(this->subject.registrar.metrics(), 0u) << "a job declares at least one metric";
}

TYPED_TEST_P(XactionContract, AbortedBeforeItBeginsItEndsAtOnce) {
  testing::MemoryJob job("job-000000001", this->bucket);
  job.stopped = true;
  std::size_t pages = 0;
  this->subject.host.object_store.on_list = [&](std::size_t page) { pages = page; };
  (void)this->run(job);
  EXPECT_LE(pages, 1u) << "the job went on reading names";
}

TYPED_TEST_P(XactionContract, AbortedAtAnyPageItEndsThere) {
  for (std::size_t at = 1; at <= 4; ++at) {
    TypeParam fresh;
    testing::MemoryJob job("job-000000001", fresh.prepare());
    std::size_t pages = 0;
    fresh.host.object_store.on_list = [&](std::size_t page) {
      pages = page;
      if (page == at) job.stopped = true;
    };
    const auto xaction = started(fresh, job.bucket());
    EXPECT_NO_THROW((void)testing::run(xaction->run(job)));
    EXPECT_LE(pages, at) << "aborted at page " << at << ", the job read further ones";
  }
}

TYPED_TEST_P(XactionContract, RunsAgain) {
  for (int i = 0; i < 3; ++i) {
    testing::MemoryJob job("job-00000000" + std::to_string(i), this->bucket);
    const Status result = this->run(job);
    EXPECT_TRUE(result) << "run " << i << ": " << result.error().message();
    EXPECT_GT(this->progress(job), 0) << "run " << i;
  }
}

TYPED_TEST_P(XactionContract, TwoRunBesideEachOther) {
  testing::MemoryJob first("job-000000001", this->bucket);
  testing::MemoryJob second("job-000000002", this->bucket);
  const auto a = started(this->subject, this->bucket);
  const auto b = started(this->subject, this->bucket);
  boost::asio::io_context loop;
  int ended = 0;
  const auto count = [&](std::exception_ptr thrown, const Status& result) {
    EXPECT_EQ(thrown, nullptr);
    EXPECT_TRUE(result) << result.error().message();
    ++ended;
  };
  boost::asio::co_spawn(loop, a->run(first), count);
  boost::asio::co_spawn(loop, b->run(second), count);
  loop.run();
  EXPECT_EQ(ended, 2);
  EXPECT_GT(this->progress(first), 0);
  EXPECT_GT(this->progress(second), 0);
}

TYPED_TEST_P(XactionContract, TellsItsStateWhileItRuns) {
  const auto xaction = started(this->subject, this->bucket);
  testing::MemoryJob job("job-000000001", this->bucket);
  this->subject.host.object_store.on_list = [&](std::size_t) { EXPECT_NO_THROW((void)xaction->control_message()); };
  EXPECT_TRUE(testing::run(xaction->run(job)));
}

TYPED_TEST_P(XactionContract, AFullDiskIsAnErrorOrNoMatter) {
  this->subject.host.object_store.full = true;
  testing::MemoryJob job("job-000000001", this->bucket);
  (void)this->run(job);
}

TYPED_TEST_P(XactionContract, WithoutMemoryItFailsOrNeedsNone) {
  this->subject.host.memory_meter.limit = 0;
  testing::MemoryJob job("job-000000001", this->bucket);
  (void)this->run(job);
  EXPECT_EQ(this->subject.host.memory_meter.in_use(), 0u);
}

TYPED_TEST_P(XactionContract, GivesMemoryBack) {
  testing::MemoryJob job("job-000000001", this->bucket);
  const auto ended = started(this->subject, this->bucket);  // it may outlive its run
  (void)testing::run(ended->run(job));
  EXPECT_EQ(this->subject.host.memory_meter.in_use(), 0u) << "memory of a run is given back when it ends";
  testing::MemoryJob aborted("job-000000002", this->bucket);
  this->subject.host.object_store.on_list = [&](std::size_t) { aborted.stopped = true; };
  (void)this->run(aborted);
  EXPECT_EQ(this->subject.host.memory_meter.in_use(), 0u);
}

TYPED_TEST_P(XactionContract, AnEmptyBucketIsNoErrorOrSaidToBeEmpty) {
  TypeParam fresh;
  if (fresh.prepare() == nullptr) return;
  BucketPtr empty;
  if constexpr (requires { fresh.empty_bucket(); }) {
    empty = fresh.empty_bucket();
  } else {
    empty = fresh.host.bucket_store.add("empty");
  }
  testing::MemoryJob job("job-000000001", empty);
  const auto xaction = started(fresh, job.bucket());
  const Status result = testing::run(xaction->run(job));
  if (!result) {  // of a job that makes something of objects
    EXPECT_NE(result.error().message().find("empty"), std::string::npos) << result.error().message();
  }
}

TYPED_TEST_P(XactionContract, AnUnknownFieldOfItsMessageIsRefused) {
  if (this->subject.kind().actions.empty()) return;
  testing::MemoryFields::Values message;
  if constexpr (requires { this->subject.message(); }) message = this->subject.message();
  message["no-such-field"] = true;
  EXPECT_FALSE(testing::prepare(*this->subject.make(), this->bucket, std::move(message)));
}

TYPED_TEST_P(XactionContract, MadeAndNeverRunItLeavesNothing) {
  (void)this->subject.make();
  (void)started(this->subject, this->bucket);
  EXPECT_EQ(this->subject.host.memory_meter.in_use(), 0u);
}

TYPED_TEST_P(XactionContract, NamesOfAllBytesAndLengths) {
  if (this->bucket == nullptr) return;
  auto& objects = this->subject.host.object_store;
  objects.put(*this->bucket, std::string(kMaxObjectName, 'n'), "same");
  objects.put(*this->bucket, std::string(kMaxObjectName - 1, 'n'), "same");
  objects.put(*this->bucket, "quote\" back\\slash {curly} <angle> %41 'single'", "same");
  objects.put(*this->bucket, "line\nfeed\ttab\x01\x7f", "same");
  objects.put(*this->bucket, "not utf-8: \xff\xfe\xc3", "same");
  testing::MemoryJob job("job-000000001", this->bucket);
  const Status result = this->run(job);
  EXPECT_TRUE(result) << result.error().message();
}

TYPED_TEST_P(XactionContract, EmptyAndLargeObjects) {
  if (this->bucket == nullptr) return;
  auto& objects = this->subject.host.object_store;
  for (int i = 0; i < 3; ++i) objects.put(*this->bucket, "empty" + std::to_string(i), "");
  for (int i = 0; i < 3; ++i) objects.put(*this->bucket, "large" + std::to_string(i), std::string(3 << 20, 'x'));
  testing::MemoryJob job("job-000000001", this->bucket);
  const Status result = this->run(job);
  EXPECT_TRUE(result) << result.error().message();
}

TYPED_TEST_P(XactionContract, ManyObjects) {
  if (this->bucket == nullptr) return;
  for (int i = 0; i < 3'000; ++i) {
    this->subject.host.object_store.put(*this->bucket, "many/" + std::to_string(i), std::to_string(i % 100));
  }
  testing::MemoryJob job("job-000000001", this->bucket);
  const Status result = this->run(job);
  EXPECT_TRUE(result) << result.error().message();
  EXPECT_GT(this->progress(job), 10);
}

TYPED_TEST_P(XactionContract, ABrokenPageFailsTheJobWithItsSentence) {
  for (std::size_t at = 1; at <= 3; ++at) {
    TypeParam fresh;
    testing::MemoryJob job("job-000000001", fresh.prepare());
    std::size_t pages = 0;
    fresh.host.object_store.on_list = [&](std::size_t page) { pages = page; };
    fresh.host.object_store.broken_page = at;
    const auto xaction = started(fresh, job.bucket());
    const Status result = testing::run(xaction->run(job));
    if (pages < at) return;  // it lists no more than that
    ASSERT_TRUE(!result || !job.errors.empty()) << "page " << at << " was lost, and nobody is told";
    if (!result) {
      EXPECT_NE(result.error().message().find("broken"), std::string::npos) << result.error().message();
    }
  }
}

TYPED_TEST_P(XactionContract, ADestroyedBucketDoesNotHoldItUp) {
  testing::MemoryJob job("job-000000001", this->bucket);
  this->subject.host.object_store.on_list = [&](std::size_t) {
    for (int i = 0; i < 10; ++i) this->subject.host.object_store.erase(*this->bucket, "o" + std::to_string(i));
  };
  (void)this->run(job);
}

TYPED_TEST_P(XactionContract, UnknownArgumentsChangeNothing) {
  testing::MemoryJob job("job-000000001", this->bucket,
                         {{"no-such-argument", std::string(100'000, 'x')}, {"", "\xff"}, {"node", "nowhere"}});
  const Status result = this->run(job);
  EXPECT_TRUE(result) << result.error().message();
}

/// Suspended at any point and never resumed: the node went down with the job under way.
TYPED_TEST_P(XactionContract, AbandonedAnywhereItGivesMemoryBack) {
  for (int steps = 0; steps < 40; ++steps) {
    TypeParam fresh;
    testing::MemoryJob job("job-000000001", fresh.prepare());
    fresh.host.object_store.slow = true;
    bool ended = false;
    {
      const auto xaction = started(fresh, job.bucket());
      boost::asio::io_context loop;
      boost::asio::co_spawn(loop, xaction->run(job), [&](std::exception_ptr, const Status&) { ended = true; });
      for (int i = 0; i < steps; ++i) loop.poll_one();
      (void)xaction->control_message();
    }
    EXPECT_EQ(fresh.host.memory_meter.in_use(), 0u) << "abandoned after " << steps << " steps";
    if (ended) return;
  }
}

TYPED_TEST_P(XactionContract, CancelledAnywhereItEnds) {
  for (int steps = 0; steps < 40; ++steps) {
    TypeParam fresh;
    testing::MemoryJob job("job-000000001", fresh.prepare());
    fresh.host.object_store.slow = true;
    bool ended = false;
    {
      const auto xaction = started(fresh, job.bucket());
      boost::asio::io_context loop;
      boost::asio::cancellation_signal cancel;
      boost::asio::co_spawn(
          loop, xaction->run(job),
          boost::asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr, const Status&) { ended = true; }));
      for (int i = 0; i < steps; ++i) loop.poll_one();
      const bool before = ended;
      cancel.emit(boost::asio::cancellation_type::terminal);
      loop.run();
      EXPECT_TRUE(ended);
      if (before) steps = 40;
    }
    EXPECT_EQ(fresh.host.memory_meter.in_use(), 0u) << "cancelled after " << steps << " steps";
  }
}

REGISTER_TYPED_TEST_SUITE_P(XactionContract, TheKindIsWellFormed, RunsToItsEnd, ProgressIsCounted, MetricsArePresent,
                            AbortedBeforeItBeginsItEndsAtOnce, AbortedAtAnyPageItEndsThere, RunsAgain,
                            TwoRunBesideEachOther, TellsItsStateWhileItRuns, AFullDiskIsAnErrorOrNoMatter,
                            WithoutMemoryItFailsOrNeedsNone, GivesMemoryBack, AnEmptyBucketIsNoErrorOrSaidToBeEmpty,
                            AnUnknownFieldOfItsMessageIsRefused, MadeAndNeverRunItLeavesNothing,
                            NamesOfAllBytesAndLengths, EmptyAndLargeObjects, ManyObjects,
                            ABrokenPageFailsTheJobWithItsSentence, ADestroyedBucketDoesNotHoldItUp,
                            UnknownArgumentsChangeNothing, AbandonedAnywhereItGivesMemoryBack, CancelledAnywhereItEnds);

}  // namespace bryo::contract
