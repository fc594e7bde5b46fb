#pragma once

/// The jobs of this node: kinds, ids, life, snapshots (http-jobs.md, jobs.md section 2).

#include <kernel/xaction/job_log.h>
#include <kernel/xaction/running_xaction.h>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// What a client asks for; empty fields do not restrict.
struct XactionQuery {
  std::string id{};
  std::string kind{};                 ///< either name
  std::vector<BucketName> buckets{};  ///< of any of these, or writing to one
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
  /// From here on jobs outlive the node: those of earlier runs are shown, and those that start are kept, except for
  /// kinds on demand. After `start`, before the first job; `pool` outlives the jobs.
  void keep(std::unique_ptr<JobLog> history, BlockingPool& pool);
  /// Writes what ended last. Blocking; for the end of the node.
  void flush();

  /// Fails with Conflict naming both owners when one of its names is taken, InvalidArgument when the name or the id
  /// prefix is malformed, or sentence or factory are missing; Conflict also when one of its actions is taken.
  Status add(XactionKind kind, XactionFactory factory, const std::string& owner);
  /// Of a plugin that is not enabled: who could run its actions.
  void add_disabled(const XactionKind& kind, const std::string& owner);
  /// Why nobody runs this action, if a plugin that is not enabled would; else nullopt.
  [[nodiscard]] std::optional<Error> why_absent(Verb verb, std::string_view action, bool of_objects = false) const;
  /// Takes back the kinds of an owner. Before the first job.
  void withdraw(const std::string& owner);

  Result<std::shared_ptr<XactionLease>> acquire(std::string_view kind) override;

  /// Starts a job on `executor`; answers its id. Without an action in the request, `kind` must be startable. Fails with
  /// the texts of http-jobs.md section 1, with Forbidden when its bucket does not allow what the kind needs, and with
  /// what the job itself says to being started.
  Task<Result<std::string>> start(std::string kind, XactionRequest& request,
                                  std::map<std::string, std::string> arguments, Executor executor);
  /// The kind that an action on a bucket starts, and the action as declared; null when there is none.
  struct ActionKind {
    const std::string* kind = nullptr;
    const BucketAction* action = nullptr;
  };
  [[nodiscard]] ActionKind find_action(Verb verb, std::string_view action, bool of_objects = false) const;
  /// What a poll of job `id`, of this kind and bucket, is answered (BucketAction::polled). Fails with NotFound, and
  /// with why the job failed.
  Result<Response> poll(const std::string& kind, const std::string& id, const Bucket& bucket) const;
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
  Status check_actions(const XactionKind& kind, const std::string& owner) const;
  /// ", POST /v1/buckets/BUCKET with the action X"; empty when no action starts it.
  static std::string call_of(const Registered* registered);
  Result<const Registered*> startable(std::string_view kind, const XactionRequest& request) const;
  /// Fails with Conflict when another job must not run beside it; else it is known from here on.
  Status admit(Job job, const std::string& target);
  /// The name behind either name; fails with 400 when neither exists.
  Result<std::string> resolve(std::string_view name) const;
  /// What a query finds, oldest first.
  struct Found {
    std::vector<PastJob> past;
    std::vector<Job> jobs;
  };
  Result<Found> select(const XactionQuery& query) const;
  void remember_locked(Job job);
  struct Ending;
  Task<void> run_to_end(Job job, std::shared_ptr<Ending> ending);
  /// Of a job that has started or ended.
  Task<void> note(Job job);

  Clock& clock_;
  Log* log_ = nullptr;
  const Buckets* buckets_ = nullptr;
  std::unique_ptr<JobLog> history_;
  BlockingPool* pool_ = nullptr;
  std::vector<Registered> kinds_;
  struct Disabled {
    BucketAction action;
    std::string owner;
  };
  std::vector<Disabled> disabled_;
  mutable std::mutex mutex_;
  std::deque<PastJob> past_;  ///< of earlier runs, oldest first
  std::deque<Job> jobs_;      ///< oldest first
};

}  // namespace bryo::kernel
