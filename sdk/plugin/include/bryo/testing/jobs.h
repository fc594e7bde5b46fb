#pragma once

/// Jobs without a node: the message that starts one, and what it gets while it runs.

#include <bryo/host.h>
#include <bryo/testing/run.h>
#include <bryo/xaction.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace bryo::testing {

/// The value of a message, as a test writes it: `MemoryFields({{"archname", "a.tar"}, {"coer", true}})`.
class MemoryFields final : public MessageFields {
 public:
  using Texts = std::map<std::string, std::string>;
  using Value = std::variant<std::string, std::vector<std::string>, bool, std::int64_t, BucketName, Texts>;
  using Values = std::map<std::string, Value, std::less<>>;
  explicit MemoryFields(Values values = {}) : values_(std::move(values)) {}

  MessageFields& text(std::string_view name, std::string& out) override { return take(name, out); }
  MessageFields& texts(std::string_view name, std::vector<std::string>& out) override { return take(name, out); }
  MessageFields& boolean(std::string_view name, bool& out) override { return take(name, out); }
  MessageFields& integer(std::string_view name, std::int64_t& out) override { return take(name, out); }
  MessageFields& text_map(std::string_view name, Texts& out) override { return take(name, out); }
  MessageFields& bucket(std::string_view name, BucketName& out) override { return take(name, out); }
  MessageFields& ignore(std::string_view name) override {
    if (const auto found = values_.find(name); found != values_.end()) values_.erase(found);
    return *this;
  }
  /// What the server says may differ in words.
  [[nodiscard]] Status finish() const override {
    if (!wrong_.empty()) return Error(Errc::InvalidArgument, "field \"" + wrong_ + "\" has the wrong type");
    if (!values_.empty()) return Error(Errc::InvalidArgument, "found unknown field: " + values_.begin()->first);
    return {};
  }
  [[nodiscard]] std::string json() const override { return "{}"; }

 private:
  template <class T>
  MessageFields& take(std::string_view name, T& out) {
    const auto found = values_.find(name);
    if (found == values_.end()) return *this;
    if (const T* value = std::get_if<T>(&found->second)) {
      out = *value;
    } else if (wrong_.empty()) {
      wrong_ = name;
    }
    values_.erase(found);
    return *this;
  }
  Values values_;  ///< not taken yet
  std::string wrong_;
};

/// What a job says to being started.
inline Result<XactionPlan> prepare(Xaction& xaction, const BucketPtr& bucket, MemoryFields::Values values = {},
                                   const Query& query = {}) {
  MemoryFields value(std::move(values));
  XactionRequest request{
      .action = "act", .name = {}, .bucket = bucket, .target = "testt", .query = query, .value = value, .scope = {}};
  return run(xaction.prepare(request));
}

/// What a job gets: run it with `testing::run(xaction->run(job))`, abort it with `job.stopped = true`.
class MemoryJob final : public XactionContext {
 public:
  explicit MemoryJob(std::string id, BucketPtr bucket = nullptr, std::map<std::string, std::string> arguments = {})
      : id_(std::move(id)), bucket_(std::move(bucket)), arguments_(std::move(arguments)) {}
  bool stopped = false;
  std::vector<std::string> errors;
  std::vector<std::string> messages;
  XactionStats counters;
  std::size_t users = 0;
  [[nodiscard]] const std::string& id() const noexcept override { return id_; }
  [[nodiscard]] BucketPtr bucket() const override { return bucket_; }
  [[nodiscard]] std::string argument(std::string_view name) const override {
    const auto found = arguments_.find(std::string(name));
    return found == arguments_.end() ? std::string() : found->second;
  }
  [[nodiscard]] bool aborted() const noexcept override { return stopped; }
  XactionStats& stats() noexcept override { return counters; }
  void soft_error(std::string message) override { errors.push_back(std::move(message)); }
  void log(std::string message) override { messages.push_back(std::move(message)); }

 private:
  const std::string id_;
  const BucketPtr bucket_;
  const std::map<std::string, std::string> arguments_;
};

/// One job for every kind, which never goes idle.
class MemoryXactions final : public Xactions {
 public:
  using Job = MemoryJob;

  Job job{"gbt-Ab3dEf9hI"};

  Result<std::shared_ptr<XactionLease>> acquire(std::string_view) override {
    return std::shared_ptr<XactionLease>(std::make_shared<Lease>(job));
  }

 private:
  struct Lease final : XactionLease {
    explicit Lease(Job& j) : leased(j) { ++leased.users; }
    ~Lease() override { --leased.users; }
    [[nodiscard]] const std::string& id() const noexcept override { return leased.id(); }
    [[nodiscard]] XactionContext& context() noexcept override { return leased; }
    Job& leased;
  };
};

}  // namespace bryo::testing
