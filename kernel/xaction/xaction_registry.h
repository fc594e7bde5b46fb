#pragma once

/// The jobs of this node: kinds, ids, life, snapshots (http-jobs.md, jobs.md section 2).

#include <kernel/xaction/running_xaction.h>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// What a client asks for; empty fields do not restrict.
struct XactionQuery {
  std::string id{};
  std::string kind{};  ///< either name
  std::optional<BucketName> bucket{};
  bool only_running = false;
};

/// Thread-safe. Kinds are added before the node listens.
class XactionRegistry final : public Xactions {
 public:
  /// An on-demand job that nobody used for this long has ended.
  static constexpr std::chrono::seconds kIdleEnd{60};
  /// Jobs that stay queryable.
  static constexpr std::size_t kHistory = 1024;

  explicit XactionRegistry(Clock& clock) : clock_(clock) {}

  /// Before the first job. `log` and `buckets` outlive the registry's use.
  void start(Log& log, const Buckets& buckets) {
    log_ = &log;
    buckets_ = &buckets;
  }

  /// Fails with Conflict naming both owners when one of its names is taken, InvalidArgument when the name or the id
  /// prefix is malformed, or sentence or factory are missing.
  Status add(XactionKind kind, XactionFactory factory, const std::string& owner);
  /// Takes back the kinds of an owner. Before the first job.
  void withdraw(const std::string& owner);

  Result<std::shared_ptr<XactionLease>> acquire(std::string_view kind) override;

  /// Starts a job on `executor`; answers its id at once. Fails with the texts of http-jobs.md section 1, and with
  /// Forbidden when its bucket does not allow what the kind needs.
  Result<std::string> start(std::string_view kind, BucketPtr bucket, std::map<std::string, std::string> arguments,
                            Executor executor);
  /// Asks matching jobs to end; no match is no failure. Fails when neither id nor kind is given.
  Status stop(const XactionQuery& query);
  /// All jobs, for the end of the node.
  void stop_all();

  /// The snapshots of this target, newest last. Fails with 404 for an unknown id, 400 for an unknown kind.
  Result<nlohmann::ordered_json> snapshots(const XactionQuery& query) const;
  /// One `what=status` document.
  Result<nlohmann::ordered_json> status(const XactionQuery& query) const;
  Result<nlohmann::ordered_json> status_all(const XactionQuery& query) const;
  /// `kind[id]` strings.
  Result<std::vector<std::string>> running(const XactionQuery& query) const;

 private:
  struct Registered {
    XactionKind kind;
    XactionFactory factory;
    std::string owner;
  };
  using Job = std::shared_ptr<RunningXaction>;

  [[nodiscard]] const Registered* find_kind(std::string_view name) const;
  /// The name behind either name; fails with 400 when neither exists.
  Result<std::string> resolve(std::string_view name) const;
  Result<std::vector<Job>> select(const XactionQuery& query) const;
  void remember_locked(Job job);

  Clock& clock_;
  Log* log_ = nullptr;
  const Buckets* buckets_ = nullptr;
  std::vector<Registered> kinds_;
  mutable std::mutex mutex_;
  std::deque<Job> jobs_;  ///< oldest first
};

}  // namespace bryo::kernel
