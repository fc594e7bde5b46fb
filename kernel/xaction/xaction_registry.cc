#include <kernel/xaction/known_kinds.h>
#include <kernel/xaction/xaction_registry.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
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

Task<void> run_to_end(std::shared_ptr<RunningXaction> job) {
  Status result;
  try {
    result = co_await job->xaction().run(*job);
  } catch (const std::exception& e) {
    result = Error(Errc::Internal, "job " + job->id() + ": " + e.what());
  }
  job->finish(result);
}

/// Jobs of two buckets, or of names with other beginnings, do not meet; one without a bucket meets all.
bool same_scope(const RunningXaction& a, const RunningXaction& b) {
  if (!a.bucket() || !b.bucket()) return true;
  const std::string& one = a.plan().prefix;
  const std::string& other = b.plan().prefix;
  return a.bucket()->id() == b.bucket()->id() && (one.starts_with(other) || other.starts_with(one));
}

Error no_such_job(const XactionQuery& query) {
  return Error(Errc::NotFound, "x-[" + (query.id.empty() ? query.kind : query.id) + "] does not exist", "ErrNotFound");
}

}  // namespace

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
        own.verb == Verb::Get || own.verb == Verb::Put || own.verb == Verb::Post || own.verb == Verb::Delete;
    if (own.name.empty() || !possible || kind.scope != XactionScope::Bucket) {
      return Error(Errc::InvalidArgument, "job kind '" + kind.name + "' of '" + owner + "': the action " + shown +
                                              " must have a name, be GET, PUT, POST or DELETE, and start a job on a "
                                              "bucket");
    }
    const auto taken = [&](const std::string& by) {
      return Error(Errc::Conflict, "the action " + shown + " of job kind '" + kind.name + "' of '" + owner +
                                       "' is already provided by '" + by + "'");
    };
    for (const OwnAction& kernels : kOwnActions) {
      if (kernels.verb == own.verb && kernels.name == own.name) return taken("kernel");
    }
    for (const Registered& other : kinds_) {
      for (const BucketAction& its : other.kind.actions) {
        if (its.verb == own.verb && its.name == own.name) return taken(other.owner);
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
  BRYO_CO_CHECK(admit(job));
  boost::asio::co_spawn(executor, run_to_end(job),
                        boost::asio::bind_cancellation_slot(scope->slot(), [scope](const std::exception_ptr&) {}));
  co_return job->id();
}

Result<const XactionRegistry::Registered*> XactionRegistry::startable(std::string_view kind,
                                                                      const XactionRequest& request) const {
  BRYO_TRY(name, resolve(kind));
  const Registered* registered = find_kind(name);
  const auto refused = [&](const std::string& why) {
    return Error(Errc::Unsupported, "job \"" + name + "\" cannot be started: " + why, "ErrUnsupp");
  };
  if (registered == nullptr) return refused("no enabled plugin provides it");
  if (request.action.empty() && !registered->kind.startable) {
    const auto& actions = registered->kind.actions;
    return refused(actions.empty() ? "it runs on demand"
                                   : "it needs a message, " + std::string(verb_name(actions.front().verb)) +
                                         " /v1/buckets/BUCKET with the action \"" + actions.front().name + "\"");
  }
  if (registered->kind.scope == XactionScope::Bucket && !request.bucket) {
    return Error(Errc::InvalidArgument, "xaction \"" + name + "\" requires a bucket to start");
  }
  if (request.bucket) {
    for (const BucketAccess wanted : registered->kind.permissions) {
      BRYO_CHECK(buckets_->check_access(*request.bucket, wanted));
    }
  }
  return registered;
}

Status XactionRegistry::admit(Job job) {
  const auto& conflicts = job->kind().conflicts;
  const std::scoped_lock lock(mutex_);
  for (const Job& other : jobs_) {
    if (std::count(conflicts.begin(), conflicts.end(), other->kind().name) == 0) continue;
    if (!other->busy() || !same_scope(*job, *other)) continue;
    return Error(Errc::Conflict,
                 other->kind().name + "[" + other->id() + "] is currently running, cannot run \"" + job->kind().name +
                     "\" concurrently",
                 "ErrLimitedCoexistence");
  }
  remember_locked(std::move(job));
  return {};
}

XactionRegistry::ActionKind XactionRegistry::find_action(Verb verb, std::string_view action) const {
  for (const Registered& registered : kinds_) {
    for (const BucketAction& own : registered.kind.actions) {
      if (own.verb == verb && own.name == action) return {&registered.kind.name, &own};
    }
  }
  return {};
}

std::optional<Error> XactionRegistry::why_absent(Verb verb, std::string_view action) const {
  for (const Disabled& other : disabled_) {
    if (other.action.verb != verb || other.action.name != action) continue;
    return Error(Errc::Unsupported,
                 "action \"" + std::string(action) + "\" needs plugin '" + other.owner +
                     "', which is not enabled: add it to `enable` in [plugins]",
                 "ErrUnsupp");
  }
  return std::nullopt;
}

Result<Response> XactionRegistry::poll(const std::string& kind, const std::string& id, const Bucket& bucket) const {
  auto jobs = select({.id = id, .kind = kind, .bucket = bucket.name()});
  if (!jobs || jobs->empty()) {
    return Error(Errc::NotFound, "x-" + kind + "[" + id.substr(0, 40) + "] does not exist", "ErrNotFound");
  }
  return jobs->front()->poll();
}

Status XactionRegistry::stop(const XactionQuery& query) {
  if (query.id.empty() && query.kind.empty()) {
    return Error(Errc::InvalidArgument, "cannot stop jobs: name one by its id, or give a kind");
  }
  auto selected = select(query);
  if (!selected) return selected.error().code() == Errc::NotFound ? Status() : Status(selected.error());
  for (const Job& job : *selected) {
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
  BRYO_TRY(selected, select(query));
  auto out = nlohmann::ordered_json::array();
  for (const Job& job : selected) out.push_back(job->snapshot());
  return out;
}

Result<nlohmann::ordered_json> XactionRegistry::status(const XactionQuery& query) const {
  if (query.id.empty() && query.kind.empty()) return Error(Errc::InvalidArgument, "invalid x-");
  auto selected = select(query);
  if (!selected && selected.error().code() == Errc::NotFound) return no_such_job(query);
  if (!selected) return selected.error();
  Job best;  // a running match first, else the newest
  for (const Job& job : *selected) {
    if (job->kind().reports_status && (!best || !job->ended() || best->ended())) best = job;
  }
  if (!best) return no_such_job(query);
  return best->status();
}

Result<nlohmann::ordered_json> XactionRegistry::status_all(const XactionQuery& query) const {
  BRYO_TRY(selected, select(query));
  nlohmann::ordered_json out;  // null when there is none
  for (const Job& job : selected) {
    if (job->kind().reports_status) out.push_back(job->status());
  }
  return out;
}

Result<std::vector<std::string>> XactionRegistry::running(const XactionQuery& query) const {
  BRYO_TRY(selected, select(query));
  std::vector<std::string> out;
  for (const Job& job : selected) {
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
  for (const KnownKind& known : kKnownKinds) {
    if (known.name == name || (!known.display_name.empty() && known.display_name == name)) {
      return std::string(known.name);
    }
  }
  return Error(Errc::InvalidArgument, "invalid xaction (job) kind \"" + std::string(name) + "\"");
}

Result<std::vector<XactionRegistry::Job>> XactionRegistry::select(const XactionQuery& query) const {
  std::string kind;
  if (!query.kind.empty()) {
    BRYO_TRY(resolved, resolve(query.kind));
    kind = std::move(resolved);
  }
  std::vector<Job> out;
  bool known = query.id.empty();
  std::unique_lock lock(mutex_);
  for (const Job& job : jobs_) {
    if (job->kind().on_demand) job->end_if_idle(kIdleEnd);
    if (!query.id.empty() && job->id() != query.id) continue;
    known = true;
    if (!kind.empty() && job->kind().name != kind) continue;
    if (query.bucket && (!job->bucket() || job->bucket()->name() != *query.bucket)) continue;
    if (query.only_running && job->ended()) continue;
    out.push_back(job);
  }
  lock.unlock();
  for (const Job& job : out) job->let_go();
  if (!known) return Error(Errc::NotFound, "\"x-[" + query.id + "]\" not found");
  return out;
}

void XactionRegistry::remember_locked(Job job) {
  jobs_.push_back(std::move(job));
  for (const Job& other : jobs_) {
    if (other->kind().on_demand) other->end_if_idle(kIdleEnd);
  }
  while (jobs_.size() > kHistory) {
    const auto ended = std::find_if(jobs_.begin(), jobs_.end(), [](const Job& j) { return j->ended(); });
    if (ended == jobs_.end()) break;
    jobs_.erase(ended);
  }
}

}  // namespace bryo::kernel
