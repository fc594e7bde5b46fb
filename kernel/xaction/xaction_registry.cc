#include <kernel/xaction/known_kinds.h>
#include <kernel/xaction/xaction_registry.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>
#include <random>

namespace bryo::kernel {
namespace {

/// `prefix` and nine characters; '-' and '_' only inside, as clients check (jobs.md section 1).
std::string new_id(const std::string& prefix) {
  static constexpr std::string_view kInside = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  static constexpr std::size_t kOutside = kInside.size() - 2;
  std::random_device random;
  std::string id = prefix;
  for (int i = 0; i < 9; ++i) id += kInside[random() % (i == 0 || i == 8 ? kOutside : kInside.size())];
  return id;
}

bool is_kind_name(std::string_view name) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !name.empty() && letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

/// With nine characters behind it an id that clients accept: 9 to 31 characters.
bool is_id_prefix(std::string_view prefix) {
  const auto alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  return prefix.size() <= 22 && (prefix.empty() || alnum(prefix[0])) &&
         std::all_of(prefix.begin(), prefix.end(), [&](char c) { return alnum(c) || c == '-' || c == '_'; });
}

class Lease final : public XactionLease {
 public:
  explicit Lease(std::shared_ptr<RunningXaction> job) : job_(std::move(job)) {}
  ~Lease() override { job_->leave(); }
  [[nodiscard]] const std::string& id() const noexcept override { return job_->id(); }
  [[nodiscard]] XactionContext& context() noexcept override { return *job_; }

 private:
  std::shared_ptr<RunningXaction> job_;
};

/// Names with other beginnings do not meet.
bool meet(const std::string& one, const std::string& other) { return one.starts_with(other) || other.starts_with(one); }

std::uint64_t id_of(const BucketPtr& bucket) { return bucket ? bucket->id() : 0; }

/// Jobs of one kind meet if they do the same: from the same bucket into the same one. Those of different kinds meet in
/// any bucket. One without a bucket meets all.
bool same_scope(const RunningXaction& a, const RunningXaction& b) {
  if (!a.bucket() || !b.bucket()) return true;
  const auto from_a = id_of(a.bucket());
  const auto from_b = id_of(b.bucket());
  const auto to_a = id_of(a.plan().destination);
  const auto to_b = id_of(b.plan().destination);
  const bool same_source = from_a == from_b && meet(a.plan().prefix, b.plan().prefix);
  if (a.kind().name == b.kind().name) return same_source && to_a == to_b;
  return same_source || from_a == to_b || to_a == from_b || (to_a != 0 && to_a == to_b);
}

/// `ais://src => ais://dst`.
std::string scope_text(const RunningXaction& job) {
  std::string out = job.bucket() ? job.bucket()->name().uri() : std::string();
  if (job.plan().destination) out += " => " + job.plan().destination->name().uri();
  return out;
}

const KnownKind* known_kind(std::string_view name) {
  for (const KnownKind& known : kKnownKinds) {
    if (known.name == name || (!known.display_name.empty() && known.display_name == name)) return &known;
  }
  return nullptr;
}

Error no_such_job(const XactionQuery& query, const std::string& kind) {
  return Error(Errc::NotFound,
               query.id.empty() ? "nl x-" + kind + " does not exist" : "x-[" + query.id + "] does not exist",
               "ErrNotFound");
}

}  // namespace

/// Of one job, for who waits for it; on the job's executor. The timer never expires.
struct XactionRegistry::Ending {
  explicit Ending(const Executor& executor) : wake(executor, boost::asio::steady_timer::time_point::max()) {}
  boost::asio::steady_timer wake;
  Status result;
  bool reached = false;
};

Status XactionRegistry::add(XactionKind kind, XactionFactory factory, const std::string& owner) {
  for (const std::string& name : {kind.name, kind.display_name}) {
    if (const Registered* other = name.empty() ? nullptr : find_kind(name)) {
      return Error(Errc::Conflict, "job kind '" + name + "' of '" + owner + "' is already provided by '" +
                                       other->owner + "': enable one of them");
    }
  }
  const auto bad = [&](std::string_view why) {
    return Error(Errc::InvalidArgument, "job kind '" + kind.name + "' of '" + owner + "' " + std::string(why));
  };
  if (!is_kind_name(kind.name)) return bad("must be named with a-z, 0-9 and '-', beginning with a letter");
  if (kind.doc.empty()) return bad("has no sentence of documentation");
  if (!factory) return bad("has no factory");
  if (!is_id_prefix(kind.id_prefix)) {
    return bad("has the id prefix \"" + kind.id_prefix +
               "\": at most 22 of A-Z, a-z, 0-9, '-', '_', not '-' or '_' first");
  }
  BRYO_CHECK(check_actions(kind, owner));
  kinds_.push_back({std::move(kind), std::move(factory), owner});
  return {};
}

Status XactionRegistry::check_actions(const XactionKind& kind, const std::string& owner) const {
  for (const BucketAction& own : kind.actions) {
    const std::string shown = std::string(verb_name(own.verb)) + " \"" + own.name + "\"";
    const bool possible =
        own.verb == Verb::Post ||
        (!own.of_objects && (own.verb == Verb::Get || own.verb == Verb::Put || own.verb == Verb::Delete));
    if (own.name.empty() || !possible || kind.scope != XactionScope::Bucket) {
      return Error(Errc::InvalidArgument, "job kind '" + kind.name + "' of '" + owner + "': the action " + shown +
                                              " must have a name, be GET, PUT, POST or DELETE (of objects: "
                                              "POST), and start a job on a bucket");
    }
    const auto taken = [&](const std::string& by) {
      return Error(Errc::Conflict, "the action " + shown + " of job kind '" + kind.name + "' of '" + owner +
                                       "' is already provided by '" + by + "'");
    };
    for (const OwnAction& kernels : kOwnActions) {
      if (!own.of_objects && kernels.verb == own.verb && kernels.name == own.name) return taken("kernel");
    }
    for (const Registered& other : kinds_) {
      for (const BucketAction& its : other.kind.actions) {
        const bool same = its.verb == own.verb && its.name == own.name && its.of_objects == own.of_objects;
        if (same) return taken(other.owner);
      }
    }
  }
  return {};
}

void XactionRegistry::add_disabled(const XactionKind& kind, const std::string& owner) {
  for (const BucketAction& action : kind.actions) disabled_.push_back({action, owner});
}

void XactionRegistry::withdraw(const std::string& owner) {
  std::erase_if(kinds_, [&](const Registered& r) { return r.owner == owner; });
}

Result<std::shared_ptr<XactionLease>> XactionRegistry::acquire(std::string_view kind) {
  const Registered* registered = find_kind(kind);
  if (registered == nullptr || !registered->kind.on_demand) {
    return Error(Errc::Internal, "'" + std::string(kind) + "' is not an on-demand job of a running plugin");
  }
  const std::scoped_lock lock(mutex_);
  for (auto job = jobs_.rbegin(); job != jobs_.rend(); ++job) {
    if ((*job)->kind().name == kind && (*job)->try_enter(kIdleEnd)) {
      return std::shared_ptr<XactionLease>(std::make_shared<Lease>(*job));
    }
  }
  auto job =
      std::make_shared<RunningXaction>(registered->kind, new_id(registered->kind.id_prefix), nullptr,
                                       std::map<std::string, std::string>(), registered->factory(), clock_, *log_);
  (void)job->try_enter(kIdleEnd);
  remember_locked(job);
  return std::shared_ptr<XactionLease>(std::make_shared<Lease>(std::move(job)));
}

Task<Result<std::string>> XactionRegistry::start(std::string kind, XactionRequest& request,
                                                 std::map<std::string, std::string> arguments, Executor executor) {
  BRYO_CO_TRY(registered, startable(kind, request));
  auto xaction = registered->factory();
  BRYO_CO_TRY(plan, co_await xaction->prepare(request));
  auto job = std::make_shared<RunningXaction>(registered->kind, new_id(registered->kind.id_prefix), request.bucket,
                                              std::move(arguments), std::move(xaction), clock_, *log_, std::move(plan));
  auto scope = std::make_shared<CallScope>(executor);
  job->set_scope(scope);
  BRYO_CO_CHECK(admit(job, request.target));
  // Who knows the id can ask for it, also when the node goes down now.
  co_await note(job);
  auto ending = std::make_shared<Ending>(executor);
  auto ended = [scope, ending](const std::exception_ptr&) {
    ending->reached = true;
    ending->wake.cancel();
  };
  boost::asio::co_spawn(executor, run_to_end(job, ending),
                        boost::asio::bind_cancellation_slot(scope->slot(), std::move(ended)));
  while (job->plan().at_once && !ending->reached) {
    boost::system::error_code ec;
    co_await ending->wake.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none) {
      co_return Error(Errc::Cancelled, "the client went away; job " + job->id() + " goes on");
    }
  }
  if (job->plan().at_once) BRYO_CO_CHECK(Status(ending->result));
  co_return job->id();
}

Task<void> XactionRegistry::run_to_end(Job job, std::shared_ptr<Ending> ending) {
  try {
    ending->result = co_await job->xaction().run(*job);
  } catch (const std::exception& e) {
    ending->result = Error(Errc::Internal, "job " + job->id() + ": " + e.what());
  }
  job->finish(ending->result);
  co_await note(std::move(job));
}

Task<void> XactionRegistry::note(Job job) {
  if (!history_ || job->kind().on_demand) co_return;
  history_->add(job->record());
  std::function<Status()> write = [this]() -> Status {
    history_->flush();
    return {};
  };
  // A pool that stops leaves the rest to `flush`.
  (void)co_await pool_->run(std::move(write));
}

void XactionRegistry::keep(std::unique_ptr<JobLog> history, BlockingPool& pool) {
  const std::scoped_lock lock(mutex_);
  history_ = std::move(history);
  past_ = history_->take_past();
  pool_ = &pool;
}

void XactionRegistry::flush() {
  if (history_) history_->flush();
}

Result<const XactionRegistry::Registered*> XactionRegistry::startable(std::string_view kind,
                                                                      const XactionRequest& request) const {
  BRYO_TRY(name, resolve(kind));
  const Registered* registered = find_kind(name);
  const KnownKind* known = known_kind(name);
  const bool by_name = request.action.empty();
  const auto refused = [&](const std::string& why) {
    return Error(Errc::Unsupported, "job \"" + name + "\" cannot be started: " + why, "ErrUnsupp");
  };
  const bool startable = registered != nullptr && registered->kind.startable;
  if (by_name && !startable && known != nullptr && known->start == KnownStart::Separate) {
    return Error(Errc::InvalidArgument,
                 "xaction \"" + name + "\" cannot be started by its name: it has a separate API" + call_of(registered));
  }
  const bool needs_bucket = registered != nullptr
                                ? registered->kind.scope == XactionScope::Bucket
                                : known->start == KnownStart::Bucket || known->start == KnownStart::Action;
  if (needs_bucket && !request.bucket) {
    return Error(Errc::InvalidArgument, "xaction \"" + name + "\" requires a bucket to start");
  }
  if (registered == nullptr) return refused("no enabled plugin provides it");
  if (by_name && !startable) {
    const std::string call = call_of(registered);
    return refused(call.empty() ? "it runs on demand" : "it needs a message" + call);
  }
  if (request.bucket) {
    for (const BucketAccess wanted : registered->kind.permissions) {
      BRYO_CHECK(buckets_->check_access(*request.bucket, wanted));
    }
  }
  return registered;
}

std::string XactionRegistry::call_of(const Registered* registered) {
  if (registered == nullptr || registered->kind.actions.empty()) return {};
  const BucketAction& action = registered->kind.actions.front();
  return ", " + std::string(verb_name(action.verb)) + (action.of_objects ? " /v1/objects/" : " /v1/buckets/") +
         "BUCKET with the action \"" + action.name + "\"";
}

Status XactionRegistry::admit(Job job, const std::string& target) {
  const auto& conflicts = job->kind().conflicts;
  const std::scoped_lock lock(mutex_);
  for (const Job& other : jobs_) {
    if (std::count(conflicts.begin(), conflicts.end(), other->kind().name) == 0) continue;
    if (!other->busy() || !same_scope(*job, *other)) continue;
    return Error(Errc::Conflict,
                 "t[" + target + "]: x-" + other->kind().name + "[" + other->id() + "]-" + scope_text(*other) +
                     " is currently running, cannot run \"" + job->kind().name + "\"(" + scope_text(*job) +
                     ") concurrently",
                 "ErrLimitedCoexistence");
  }
  remember_locked(std::move(job));
  return {};
}

XactionRegistry::ActionKind XactionRegistry::find_action(Verb verb, std::string_view action, bool of_objects) const {
  for (const Registered& registered : kinds_) {
    for (const BucketAction& own : registered.kind.actions) {
      if (own.verb == verb && own.name == action && own.of_objects == of_objects) return {&registered.kind.name, &own};
    }
  }
  return {};
}

std::optional<Error> XactionRegistry::why_absent(Verb verb, std::string_view action, bool of_objects) const {
  for (const Disabled& other : disabled_) {
    if (other.action.verb != verb || other.action.name != action || other.action.of_objects != of_objects) continue;
    return Error(Errc::Unsupported,
                 "action \"" + std::string(action) + "\" needs plugin '" + other.owner +
                     "', which is not enabled: add it to `enable` in [plugins]",
                 "ErrUnsupp");
  }
  return std::nullopt;
}

Result<Response> XactionRegistry::poll(const std::string& kind, const std::string& id, const Bucket& bucket) const {
  auto found = select({.id = id, .kind = kind, .buckets = {bucket.name()}});
  if (!found || found->jobs.empty() || id_of(found->jobs.front()->bucket()) != bucket.id()) {
    return Error(Errc::NotFound, "x-" + kind + "[" + id.substr(0, 40) + "] does not exist", "ErrNotFound");
  }
  return found->jobs.front()->poll();
}

Status XactionRegistry::stop(const XactionQuery& query) {
  if (query.id.empty() && query.kind.empty()) {
    return Error(Errc::InvalidArgument, "cannot stop xaction given 'xa-[]' - expecting a valid kind and/or UUID");
  }
  auto selected = select(query);
  if (!selected) return selected.error().code() == Errc::NotFound ? Status() : Status(selected.error());
  for (const Job& job : selected->jobs) {
    if (!job->ended()) job->abort();
    if (job->kind().on_demand) job->end_if_idle(kIdleEnd);
    job->let_go();
  }
  return {};
}

void XactionRegistry::stop_all() {
  std::vector<Job> jobs;
  {
    const std::scoped_lock lock(mutex_);
    jobs.assign(jobs_.begin(), jobs_.end());
  }
  for (const Job& job : jobs) {
    if (!job->ended()) job->abort();
    if (job->kind().on_demand) job->end_if_idle(kIdleEnd);
    job->let_go();
  }
}

Result<nlohmann::ordered_json> XactionRegistry::snapshots(const XactionQuery& query) const {
  BRYO_TRY(found, select(query));
  auto out = nlohmann::ordered_json::array();
  for (PastJob& job : found.past) out.push_back(std::move(job.snapshot));
  for (const Job& job : found.jobs) out.push_back(job->snapshot());
  return out;
}

Result<nlohmann::ordered_json> XactionRegistry::status(const XactionQuery& query) const {
  if (query.id.empty() && query.kind.empty()) return Error(Errc::InvalidArgument, "invalid x-");
  std::string kind;
  if (!query.kind.empty()) {
    BRYO_TRY(resolved, resolve(query.kind));
    kind = std::move(resolved);
  }
  auto found = select(query);
  if (!found && found.error().code() == Errc::NotFound) return no_such_job(query, kind);
  if (!found) return found.error();
  if (!query.id.empty() && !kind.empty() && found->past.empty() && found->jobs.empty()) {
    // It is there, or `select` had failed.
    return Error(Errc::InvalidArgument, "x-" + kind + "[" + query.id + "] is of another kind, or of another bucket");
  }
  Job best;  // one that runs, else the one that ended last
  for (const Job& job : found->jobs) {
    if (!best || !job->ended() || (best->ended() && job->ended_ns() >= best->ended_ns())) best = job;
  }
  if (best) return best->status();
  if (!found->past.empty()) {
    const auto last = std::max_element(found->past.begin(), found->past.end(),
                                       [](const PastJob& a, const PastJob& b) { return a.ended_ns < b.ended_ns; });
    return last->status();
  }
  return no_such_job(query, kind);
}

Result<nlohmann::ordered_json> XactionRegistry::status_all(const XactionQuery& query) const {
  BRYO_TRY(found, select(query));
  nlohmann::ordered_json out;  // null when there is none
  for (auto job = found.jobs.rbegin(); job != found.jobs.rend(); ++job) {
    if ((*job)->kind().reports_status) out.push_back((*job)->status());
  }
  for (auto job = found.past.rbegin(); job != found.past.rend(); ++job) {
    if (job->in_status_all) out.push_back(job->status());
  }
  return out;
}

Result<std::vector<std::string>> XactionRegistry::running(const XactionQuery& query) const {
  BRYO_TRY(found, select(query));
  std::vector<std::string> out;
  for (const Job& job : found.jobs) {
    if (!job->ended()) out.push_back(job->kind().name + "[" + job->id() + "]");
  }
  return out;
}

const XactionRegistry::Registered* XactionRegistry::find_kind(std::string_view name) const {
  const auto found = std::find_if(kinds_.begin(), kinds_.end(), [&](const Registered& r) {
    return r.kind.name == name || (!r.kind.display_name.empty() && r.kind.display_name == name);
  });
  return found == kinds_.end() ? nullptr : &*found;
}

Result<std::string> XactionRegistry::resolve(std::string_view name) const {
  if (const Registered* registered = find_kind(name)) return registered->kind.name;
  if (const KnownKind* known = known_kind(name)) return std::string(known->name);
  return Error(Errc::InvalidArgument, "invalid xaction (job) kind \"" + std::string(name) + "\"");
}

Result<XactionRegistry::Found> XactionRegistry::select(const XactionQuery& query) const {
  std::string kind;
  if (!query.kind.empty()) {
    BRYO_TRY(resolved, resolve(query.kind));
    kind = std::move(resolved);
  }
  Found out;
  bool known = query.id.empty();
  const auto& buckets = query.buckets;
  const auto wanted = [&](const auto& job, const std::string& id, const std::string& kind_of_job, bool ended) {
    if (!query.id.empty() && id != query.id) return false;
    known = true;
    if (!kind.empty() && kind_of_job != kind) return false;
    if (query.only_running && ended) return false;
    return buckets.empty() ||
           std::any_of(buckets.begin(), buckets.end(), [&](const auto& name) { return job.of(name); });
  };
  std::unique_lock lock(mutex_);
  for (const PastJob& job : past_) {
    if (wanted(job, job.id, job.kind, true)) out.past.push_back(job);
  }
  for (const Job& job : jobs_) {
    if (job->kind().on_demand) job->end_if_idle(kIdleEnd);
    if (wanted(*job, job->id(), job->kind().name, job->ended())) out.jobs.push_back(job);
  }
  lock.unlock();
  for (const Job& job : out.jobs) job->let_go();
  if (!known) return Error(Errc::NotFound, "\"x-[" + query.id + "]\" not found");
  return out;
}

void XactionRegistry::remember_locked(Job job) {
  jobs_.push_back(std::move(job));
  for (const Job& other : jobs_) {
    if (other->kind().on_demand) other->end_if_idle(kIdleEnd);
  }
  while (past_.size() + jobs_.size() > kHistory && !past_.empty()) past_.pop_front();
  while (jobs_.size() > kHistory) {
    const auto ended = std::find_if(jobs_.begin(), jobs_.end(), [](const Job& j) { return j->ended(); });
    if (ended == jobs_.end()) break;
    jobs_.erase(ended);
  }
}

}  // namespace bryo::kernel
