#include <kernel/object/preconditions.h>

#include <gtest/gtest.h>

namespace bryo::kernel {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr const char* kBefore = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr const char* kThen = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr const char* kAfter = "Sun, 06 Nov 1994 08:49:38 GMT";
/// Half a second behind what its Last-Modified says.
const Validators kThere{.etag = "\"v1-ab-c\"", .mtime_ns = 784111777 * kSecond + kSecond / 2};

using Fields = std::vector<Headers::Field>;

Preconditions of(const Fields& fields) {
  Headers headers;
  headers.add("Accept", "*/*");
  for (const auto& [name, value] : fields) headers.add(name, value);
  return Preconditions::of(headers);
}

struct Case {
  Fields fields;
  Verdict read;
  Verdict write;
  Verdict write_new;  ///< of an object that is not there
};

TEST(Preconditions, TheOrderOfTheRfc) {
  using enum Verdict;
  for (const Case& c : {
           Case{{}, Proceed, Proceed, Proceed},
           Case{{{"If-Match", "*"}}, Proceed, Proceed, Failed},
           Case{{{"If-Match", "\"v1-ab-c\""}}, Proceed, Proceed, Failed},
           Case{{{"If-Match", "\"x\""}}, Failed, Failed, Failed},
           Case{{{"if-none-match", "*"}}, NotModified, Failed, Proceed},
           Case{{{"If-None-Match", "\"v1-ab-c\""}}, NotModified, Failed, Proceed},
           Case{{{"If-None-Match", "\"x\""}}, Proceed, Proceed, Proceed},
           Case{{{"If-Modified-Since", kBefore}}, Proceed, Proceed, Proceed},
           Case{{{"If-Modified-Since", kThen}}, NotModified, Proceed, Proceed},
           Case{{{"If-Modified-Since", kAfter}}, NotModified, Proceed, Proceed},
           Case{{{"If-Unmodified-Since", kBefore}}, Failed, Failed, Proceed},
           Case{{{"If-Unmodified-Since", kThen}}, Proceed, Proceed, Proceed},
           // A tag says more than a date: the date is not looked at.
           Case{{{"If-None-Match", "\"x\""}, {"If-Modified-Since", kAfter}}, Proceed, Proceed, Proceed},
           Case{{{"If-Match", "\"v1-ab-c\""}, {"If-Unmodified-Since", kBefore}}, Proceed, Proceed, Failed},
           // What must be comes before what must have changed.
           Case{{{"If-Match", "\"x\""}, {"If-None-Match", "\"v1-ab-c\""}}, Failed, Failed, Failed},
           Case{{{"If-Match", "*"}, {"If-None-Match", "\"v1-ab-c\""}}, NotModified, Failed, Failed},
           // A date that is none is no condition.
           Case{{{"If-Unmodified-Since", "yesterday"}}, Proceed, Proceed, Proceed},
           Case{{{"If-Modified-Since", "yesterday"}}, Proceed, Proceed, Proceed},
       }) {
    const auto conditions = of(c.fields);
    const std::string what = c.fields.empty() ? "" : c.fields.front().first + ": " + c.fields.front().second;
    EXPECT_EQ(conditions.judge(&kThere, true), c.read) << what;
    EXPECT_EQ(conditions.judge(&kThere, false), c.write) << what;
    EXPECT_EQ(conditions.judge(nullptr, false), c.write_new) << what;
  }
}

TEST(Preconditions, ListsOfTags) {
  for (const char* list : {R"("x", "v1-ab-c")", R"("v1-ab-c","x")", R"(W/"x" ,, "v1-ab-c")", R"("a,b", "v1-ab-c")",
                           "v1-ab-c", "x, v1-ab-c", "  \"v1-ab-c\"  "}) {
    EXPECT_EQ(of({{"If-Match", list}}).judge(&kThere, true), Verdict::Proceed) << list;
    EXPECT_EQ(of({{"If-None-Match", list}}).judge(&kThere, true), Verdict::NotModified) << list;
  }
  for (const char* list : {"", " ", ",", "\"", "\"v1-ab-c", "\"x,v1-ab-c\"", "W/"}) {
    EXPECT_EQ(of({{"If-Match", list}}).judge(&kThere, true), Verdict::Failed) << list;
    EXPECT_EQ(of({{"If-None-Match", list}}).judge(&kThere, true), Verdict::Proceed) << list;
  }
  EXPECT_EQ(of({{"If-Match", "\"x\""}, {"If-Match", "\"v1-ab-c\""}}).judge(&kThere, true), Verdict::Proceed);
}

TEST(Preconditions, WeakTagsMatchOnlyForReading) {
  EXPECT_EQ(of({{"If-Match", "W/\"v1-ab-c\""}}).judge(&kThere, true), Verdict::Failed);
  EXPECT_EQ(of({{"If-None-Match", "W/\"v1-ab-c\""}}).judge(&kThere, true), Verdict::NotModified);
}

TEST(Preconditions, AnObjectWithoutATag) {
  const Validators none{.mtime_ns = kThere.mtime_ns};
  EXPECT_EQ(of({{"If-Match", "*"}}).judge(&none, false), Verdict::Proceed);
  EXPECT_EQ(of({{"If-Match", "\"\""}}).judge(&none, false), Verdict::Failed);
  EXPECT_EQ(of({{"If-None-Match", "\"x\""}}).judge(&none, true), Verdict::Proceed);
  EXPECT_EQ(of({{"If-None-Match", "*"}}).judge(&none, true), Verdict::NotModified);
}

TEST(Preconditions, RangesOfAnotherVersionDoNotCount) {
  EXPECT_TRUE(of({}).range_counts(kThere));
  EXPECT_TRUE(of({{"If-Range", "\"v1-ab-c\""}}).range_counts(kThere));
  EXPECT_TRUE(of({{"If-Range", kThen}}).range_counts(kThere));
  for (const char* other : {"\"x\"", "W/\"v1-ab-c\"", kBefore, kAfter, "nonsense"}) {
    EXPECT_FALSE(of({{"If-Range", other}}).range_counts(kThere)) << other;
  }
  EXPECT_FALSE(of({{"If-Range", "\"x\""}}).any());
}

}  // namespace
}  // namespace bryo::kernel
