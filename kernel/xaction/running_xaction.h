#pragma once

/// One job, from its start until it is forgotten.

#include <bryo/host.h>
#include <kernel/runtime/call_scope.h>
#include <kernel/xaction/past_job.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// Thread-safe. Shared by the registry (history), its own coroutine and leases.
class RunningXaction final : public XactionContext {
 public:
  RunningXaction(XactionKind kind, std::string id, BucketPtr bucket, std::map<std::string, std::string> arguments,
                 std::unique_ptr<Xaction> xaction, Clock& clock, Log& log, XactionPlan plan = {});

  [[nodiscard]] const std::string& id() const noexcept override { return id_; }
  [[nodiscard]] BucketPtr bucket() const override { return bucket_; }
  [[nodiscard]] std::string argument(std::string_view name) const override;
  [[nodiscard]] bool aborted() const noexcept override { return aborted_.load(std::memory_order_relaxed); }
  XactionStats& stats() noexcept override { return stats_; }
  void soft_error(std::string message) override;
  void log(std::string message) override;

  [[nodiscard]] const XactionKind& kind() const noexcept { return kind_; }
  [[nodiscard]] const XactionPlan& plan() const noexcept { return plan_; }
  /// What its coroutine is spawned with; null for a job without one.
  [[nodiscard]] CallScope* scope() const noexcept { return scope_.get(); }
  void set_scope(std::shared_ptr<CallScope> scope) { scope_ = std::move(scope); }
  /// For its own coroutine, before `finish`.
  [[nodiscard]] Xaction& xaction() noexcept { return *xaction_; }
  void abort() { aborted_.store(true, std::memory_order_relaxed); }
  void finish(const Status& result);

  /// On-demand jobs: false once nobody has used it for `limit` or it was aborted; then it has ended for good.
  bool try_enter(std::chrono::nanoseconds limit);
  void leave();
  /// Ends it if nobody has used it for `limit`.
  void end_if_idle(std::chrono::nanoseconds limit);

  [[nodiscard]] bool ended() const { return ended_ns() != 0; }
  /// If it has ended: keeps what the plugin's object says last, and destroys that. Not under the registry's lock.
  void let_go();
  /// Neither ended nor idle: what another job may conflict with (jobs.md section 2.1).
  [[nodiscard]] bool busy() const;
  /// The wire's snapshot and status (http-jobs.md section 3).
  [[nodiscard]] nlohmann::ordered_json snapshot() const;
  [[nodiscard]] nlohmann::ordered_json status() const;
  /// What the log of jobs keeps.
  [[nodiscard]] PastJob record() const;
  /// Of this bucket, or writing to it.
  [[nodiscard]] bool of(const BucketName& name) const;
  /// Unix time; 0 = running.
  [[nodiscard]] std::int64_t ended_ns() const;
  /// What the polls of its action are answered (BucketAction::polled). Fails with why the job did.
  [[nodiscard]] Result<Response> poll() const;

 private:
  static constexpr std::size_t kErrorsKept = 3;

  /// What only the plugin's object can tell.
  struct Words {
    std::string control_message;
    std::string extension;
  };
  static Words ask(const Xaction& xaction);

  /// What the plugin's object says now, or said last. Not under the lock.
  [[nodiscard]] Words words() const;
  [[nodiscard]] bool idle_for_locked(std::chrono::nanoseconds limit) const;
  [[nodiscard]] std::string errors_locked() const;

  const XactionKind kind_;
  const std::string id_;
  const BucketPtr bucket_;
  const std::map<std::string, std::string> arguments_;
  const XactionPlan plan_;
  Clock& clock_;
  Log& log_;
  std::shared_ptr<CallScope> scope_;
  XactionStats stats_;
  std::atomic<bool> aborted_{false};
  const std::int64_t started_ns_;

  mutable std::mutex mutex_;
  std::shared_ptr<Xaction> xaction_;  ///< null once it was let go
  Words last_words_;                  ///< from then on
  std::int64_t ended_ns_ = 0;         ///< 0 = running
  std::size_t users_ = 0;
  std::int64_t idle_since_ns_;
  std::vector<std::string> errors_;
  std::size_t more_errors_ = 0;
};

}  // namespace bryo::kernel
