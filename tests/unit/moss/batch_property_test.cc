#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <random>

#include "batch_fixture.h"

namespace bryo::moss {
namespace {

using Random = std::mt19937_64;

/// What one entry must become.
struct ExpectedEntry {
  std::string name;  ///< of the member, without `__404__/`
  std::optional<std::string> content;
};

/// Random batches against a model that knows nothing of buffers, caches and coroutines.
class BatchProperty : public BatchFixture {
 protected:
  BatchProperty() {
    const char* given = std::getenv("BRYO_TEST_SEED");
    seed_ = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
    random_.seed(seed_);
    registrar_.set_option("max_soft_errs", std::int64_t{20});
    fill();
  }

  std::size_t below(std::size_t n) { return random_() % n; }
  bool chance(std::size_t percent) { return below(100) < percent; }

  /// Sizes around those at which something else happens: blocks of 512 bytes, sendfile from 4 KiB.
  std::size_t size() {
    constexpr std::array<std::size_t, 12> kSizes = {0, 1, 511, 512, 513, 1000, 4095, 4096, 4097, 10'000, 60'000, 7};
    return kSizes[below(kSizes.size())];
  }
  std::string content() { return text_of(size(), static_cast<char>('a' + below(26))); }

  void fill() {
    for (const auto& where : {b_, host_.bucket_store.add("other")}) {
      const auto& bucket = where->name().name;
      for (std::size_t i = 0; i < 12; ++i) {
        const auto name = "o" + std::to_string(i);
        model_[bucket][name] = content();
        put(*where, name, model_[bucket][name]);
      }
      for (std::size_t i = 0; i < 4; ++i) {
        const auto name = "s" + std::to_string(i) + ".tar";
        Members members;
        for (std::size_t m = 0; m < 5; ++m) {
          members.emplace_back("d/m" + std::to_string(m), content());
          model_[bucket][name + "/" + members.back().first] = members.back().second;
        }
        model_[bucket][name] = tar_of(members);
        put(*where, name, model_[bucket][name]);
      }
    }
  }
  void put(const Bucket& bucket, const std::string& name, const std::string& bytes) {
    host_.object_store.put(bucket, name, bytes, chance(30) ? testing::Warmth::Cold : testing::Warmth::Warm);
  }

  /// An entry as JSON, and what must come of it.
  std::pair<std::string, ExpectedEntry> entry(bool may_fail) {
    const std::string bucket = chance(30) ? "other" : "b";
    const bool missing = may_fail && chance(5);
    std::string name = "o" + std::to_string(below(12) + (missing && chance(50) ? 12 : 0));
    std::string path;
    if (chance(40)) {
      name = "s" + std::to_string(below(4) + (missing && chance(50) ? 4 : 0)) + ".tar";
      path = "d/m" + std::to_string(below(5) + (missing ? 5 : 0));
    }
    std::string json = object(name);
    if (bucket != "b" || chance(20)) json += ",\"bucket\":\"" + bucket + "\"";
    if (!path.empty()) json += ",\"archpath\":\"" + path + "\"";
    const auto full = path.empty() ? name : name + "/" + path;
    ExpectedEntry expected{.name = bucket + "/" + full, .content = std::nullopt};
    if (const auto found = model_[bucket].find(full); found != model_[bucket].end()) expected.content = found->second;
    if (!expected.content || !chance(30)) return {json, expected};

    const auto whole = expected.content->size();
    const auto start = below(whole + 1), length = below(whole - start + 1);
    const bool open = chance(30);
    if (!open && start == 0 && length == 0) return {json, expected};  // means everything
    if (!open && length == 0) return {json, expected};                // refused as a request; not tried here
    if (start == whole && !may_fail) return {json, expected};
    json += ",\"start\":" + std::to_string(start) + ",\"length\":" + (open ? "-1" : std::to_string(length));
    if (start >= whole) {
      expected.content.reset();
    } else {
      expected.content = expected.content->substr(start, open ? std::string::npos : length);
    }
    return {json, expected};
  }

  /// Members of the answer of the model, and whether it ends early.
  static std::pair<Members, bool> model_answer(const std::vector<ExpectedEntry>& entries, bool coer) {
    Members members;
    std::size_t missing = 0;
    for (const auto& entry : entries) {
      if (entry.content) {
        members.emplace_back(entry.name, *entry.content);
      } else if (coer && ++missing <= 20) {
        members.emplace_back("__404__/" + entry.name, "");
      } else {
        return {members, true};
      }
    }
    return {members, false};
  }

  std::uint64_t seed_;
  Random random_;
  std::map<std::string, std::map<std::string, std::string>> model_;
};

/// The archive of a buffered answer.
std::string archive_of(const std::string& body, std::string_view content_type) {
  const auto start = body.find("octet-stream\r\n\r\n");
  const auto end = body.size() - (content_type.size() - content_type.find('=') - 1) - 8;
  return start == std::string::npos ? "" : body.substr(start + 16, end - start - 16);
}

/// Where two archives part; empty when they do not.
std::string difference(const Members& is, const Members& should) {
  const auto shown = [](const Members& members, std::size_t i) {
    if (i >= members.size()) return std::string("nothing");
    return members[i].first + " of " + std::to_string(members[i].second.size()) + " bytes, beginning \"" +
           members[i].second.substr(0, 20) + "\"";
  };
  const auto [at, unused] = std::mismatch(is.begin(), is.end(), should.begin(), should.end());
  if (is == should) return {};
  const auto i = static_cast<std::size_t>(at - is.begin());
  return "member " + std::to_string(i) + " is " + shown(is, i) + ", should be " + shown(should, i);
}

TEST_F(BatchProperty, AnswersAreThoseOfTheModel) {
  SCOPED_TRACE("BRYO_TEST_SEED=" + std::to_string(seed_));
  for (int round = 0; round < 300; ++round) {
    const bool coer = chance(50), streaming = chance(50), may_fail = chance(50);
    std::vector<std::string> json;
    std::vector<ExpectedEntry> expected;
    for (std::size_t n = 1 + below(chance(10) ? 400 : 40); n > 0; --n) {
      auto [text, outcome] = entry(may_fail);
      json.push_back(std::move(text));
      expected.push_back(std::move(outcome));
    }
    const auto [members, early] = model_answer(expected, coer);
    const auto body = body_of(
        json, std::string("\"strm\":") + (streaming ? "true" : "false") + ",\"coer\":" + (coer ? "true" : "false"));
    const auto answered = answer(body);
    if (streaming || !early) {
      ASSERT_EQ(answered.why_refused(), "<answered>") << "round " << round;
      ASSERT_TRUE(answered.produced) << "round " << round << ": " << answered.produced.error().message();
      const auto archive =
          streaming ? answered.bytes() : archive_of(answered.bytes(), *answered.headers.get("Content-Type"));
      ASSERT_EQ(difference(members_of(archive), members), "") << "round " << round << "\n" << body;
      ASSERT_EQ(answered.trailer().empty(), !early) << "round " << round;
    } else {
      ASSERT_TRUE(answered.refused) << "round " << round << "\n" << body;
    }
    expect_nothing_held();
    ASSERT_FALSE(HasFailure()) << "round " << round;
    // Other versions and other temperatures for the next round.
    const auto name = "o" + std::to_string(below(12));
    model_["b"][name] = content();
    put(*b_, name, model_["b"][name]);
  }
}

}  // namespace
}  // namespace bryo::moss
