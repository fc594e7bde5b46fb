#pragma once

/// Jobs (http-jobs.md, jobs.md).

#include <bryo/http.h>
#include <bryo/message.h>
#include <bryo/objects.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bryo {

enum class XactionScope : std::uint8_t { Global, Bucket, Target };

/// An action on a bucket (`VERB /v1/buckets/BUCKET` with `{"action": .., "value": ..}`) that starts a job. One action
/// has one kind; those of the kernel cannot be taken.
struct BucketAction {
  Verb verb = Verb::Post;  ///< GET, PUT, POST or DELETE
  std::string name{};      ///< "archive"
  /// The client asks again with the job's id as `uuid` in the value, until the job has ended: 202 and the id for the
  /// start and while `Xaction::extension` is empty, 206 and the extension while the job runs, 200 and it at the end
  /// (jobs.md section 9). Otherwise the answer is 200 and the id.
  bool polled = false;
  /// Its path is `/v1/objects/BUCKET`, its verb POST (http-objects.md section 8).
  bool of_objects = false;
};

/// Declaration of a kind of job.
struct XactionKind {
  std::string name;                           ///< on the wire: "get-batch"
  std::string doc;                            ///< one sentence
  std::string display_name{};                 ///< second name that clients may use; empty = none
  std::string id_prefix{};                    ///< e.g. "gbt-"
  XactionScope scope = XactionScope::Global;  ///< a Bucket job cannot be started without one
  bool startable = true;                      ///< by the jobs API, `{"action": "start"}`
  bool on_demand = false;                     ///< serves requests while used, goes idle, ends by itself
  bool reports_status = false;                ///< `what=status_all` lists it (column IC of http-jobs.md section 4)
  std::vector<std::string> conflicts{};       ///< kinds that must not run on the same scope
  std::vector<BucketAction> actions{};        ///< that start it, also if it is not `startable`
  /// What the `access` property of its bucket must allow, or the start is refused with 403. For kinds that are started
  /// with a bucket.
  std::vector<BucketAccess> permissions{};
};

/// Progress counters of one job (`stats` of a snapshot). Thread-safe.
struct XactionStats {
  std::atomic<std::int64_t> local_objects{0}, local_bytes{0};
  std::atomic<std::int64_t> sent_objects{0}, sent_bytes{0};
  std::atomic<std::int64_t> received_objects{0}, received_bytes{0};
  std::atomic<std::int64_t> workers{0};  ///< that work on objects at once (`glob.id`)
};

/// What a running job may use. Thread-safe.
class XactionContext {
 public:
  virtual ~XactionContext() = default;
  [[nodiscard]] virtual const std::string& id() const noexcept = 0;
  [[nodiscard]] virtual BucketPtr bucket() const = 0;  ///< null for global jobs
  /// A string of `args` in the message that started the job; also `name` of that message, and `node` (its `DaemonID`).
  /// "" when not given.
  [[nodiscard]] virtual std::string argument(std::string_view name) const = 0;
  [[nodiscard]] virtual bool aborted() const noexcept = 0;
  virtual XactionStats& stats() noexcept = 0;
  /// Adds a soft error to the snapshot's `err`; the first few are kept in full.
  virtual void soft_error(std::string message) = 0;
  virtual void log(std::string message) = 0;
};

/// What a job is started with. Lives as long as `prepare`.
struct XactionRequest {
  std::string action{};  ///< on a bucket; empty: started by its kind's name, with an empty value
  std::string name{};    ///< of the message
  BucketPtr bucket{};    ///< the bucket of the URL; null for global jobs
  std::string target{};  ///< id of this node's target, for messages
  const Query& query;
  MessageFields& value;
  std::shared_ptr<CallScope> scope{};  ///< the kernel's
};

/// What the registry wants to know of a job that is about to start.
struct XactionPlan {
  /// It works on names of its bucket that begin so: jobs of prefixes of which neither begins the other do not conflict.
  std::string prefix{};
  BucketPtr destination{};         ///< the bucket it writes to, for snapshots and conflicts; null = none but its own
  bool shows_destination = false;  ///< the snapshot's `bck` is the destination
  bool at_once = false;            ///< the call is answered when the job has ended, with its error if it failed
};

/// One job. Made by its kind's factory, run once, kept for as long as the job is shown: what a run needs belongs to the
/// run, and is given back when that ends.
class Xaction {
 public:
  virtual ~Xaction() = default;
  /// Before it is started, once, unless its kind is on demand: takes its message apart and checks it. An error answers
  /// the caller, and there never was a job.
  virtual Task<Result<XactionPlan>> prepare(XactionRequest&) { co_return XactionPlan{}; }
  /// Long loops test `ctx.aborted()`. The context outlives the Task.
  virtual Task<Status> run(XactionContext& ctx) = 0;
  /// The snapshot's `ctlmsg`: a short line for whoever watches the job. This and the next are called by any thread
  /// while the job runs, and once after `run` has ended.
  [[nodiscard]] virtual std::string control_message() const { return {}; }
  /// The snapshot's `ext`: a JSON document of what only this kind of job can tell. Empty: none.
  [[nodiscard]] virtual std::string extension() const { return {}; }
};

using XactionFactory = std::function<std::unique_ptr<Xaction>()>;

/// A running on-demand job: keeps it busy while held. Release it when the request ends.
class XactionLease {
 public:
  virtual ~XactionLease() = default;
  [[nodiscard]] virtual const std::string& id() const noexcept = 0;
  [[nodiscard]] virtual XactionContext& context() noexcept = 0;
};

/// The registry as plugins see it. Thread-safe.
class Xactions {
 public:
  virtual ~Xactions() = default;
  /// The running job of an on-demand kind of the calling plugin, started if there is none. `control_message` of the
  /// snapshot comes from the Xaction that the kind's factory makes.
  virtual Result<std::shared_ptr<XactionLease>> acquire(std::string_view kind) = 0;
};

}  // namespace bryo
