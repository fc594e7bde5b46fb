#include <kernel/wire/go_time.h>
#include <kernel/xaction/running_xaction.h>

#include <nlohmann/json.hpp>

namespace bryo::kernel {
namespace {

nlohmann::ordered_json bucket_json(const BucketPtr& bucket) {
  const BucketName name = bucket ? bucket->name() : BucketName{.provider = ""};
  return {{"name", name.name},
          {"provider", name.provider},
          {"namespace", {{"uuid", name.ns_uuid}, {"name", name.ns_name}}}};
}

std::string text(const std::atomic<std::int64_t>& value) {
  return std::to_string(value.load(std::memory_order_relaxed));
}

/// What is no JSON is shown as a string.
nlohmann::ordered_json extension_json(const std::string& text) {
  if (text.empty()) return nullptr;
  auto parsed = nlohmann::ordered_json::parse(text, nullptr, false);
  return parsed.is_discarded() ? nlohmann::ordered_json(text) : parsed;
}

std::string time_text(std::int64_t unix_ns) {
  return unix_ns == 0 ? "0001-01-01T00:00:00Z" : format_go_time(unix_ns, kLayoutRfc3339Nano);
}

}  // namespace

RunningXaction::RunningXaction(XactionKind kind, std::string id, BucketPtr bucket,
                               std::map<std::string, std::string> arguments, std::unique_ptr<Xaction> xaction,
                               Clock& clock, Log& log, XactionPlan plan)
    : kind_(std::move(kind)),
      id_(std::move(id)),
      bucket_(std::move(bucket)),
      arguments_(std::move(arguments)),
      plan_(std::move(plan)),
      clock_(clock),
      log_(log),
      started_ns_(clock.unix_ns()),
      xaction_(std::move(xaction)),
      idle_since_ns_(started_ns_) {}

std::string RunningXaction::argument(std::string_view name) const {
  const auto found = arguments_.find(std::string(name));
  return found == arguments_.end() ? std::string() : found->second;
}

void RunningXaction::soft_error(std::string message) {
  const std::scoped_lock lock(mutex_);
  if (errors_.size() < kErrorsKept) {
    errors_.push_back(std::move(message));
  } else {
    ++more_errors_;
  }
}

void RunningXaction::log(std::string message) { log_.info(message, {{"job", id_}, {"kind", kind_.name}}); }

void RunningXaction::finish(const Status& result) {
  if (!result) soft_error(result.error().message());
  {
    const std::scoped_lock lock(mutex_);
    if (ended_ns_ == 0) ended_ns_ = clock_.unix_ns();
  }
  let_go();
}

bool RunningXaction::try_enter(std::chrono::nanoseconds limit) {
  const std::scoped_lock lock(mutex_);
  if (aborted() || ended_ns_ != 0 || idle_for_locked(limit)) return false;
  ++users_;
  return true;
}

void RunningXaction::leave() {
  {
    const std::scoped_lock lock(mutex_);
    if (--users_ != 0) return;
    idle_since_ns_ = clock_.unix_ns();
    if (!aborted()) return;
    ended_ns_ = idle_since_ns_;
  }
  let_go();
}

void RunningXaction::end_if_idle(std::chrono::nanoseconds limit) {
  const std::scoped_lock lock(mutex_);
  if (ended_ns_ != 0 || users_ != 0) return;
  if (aborted()) {
    ended_ns_ = clock_.unix_ns();
  } else if (idle_for_locked(limit)) {
    ended_ns_ = idle_since_ns_ + limit.count();
  }
}

bool RunningXaction::idle_for_locked(std::chrono::nanoseconds limit) const {
  return users_ == 0 && clock_.unix_ns() - idle_since_ns_ >= limit.count();
}

std::int64_t RunningXaction::ended_ns() const {
  const std::scoped_lock lock(mutex_);
  return ended_ns_;
}

bool RunningXaction::of(const BucketName& name) const {
  return (bucket_ && bucket_->name() == name) || (plan_.destination && plan_.destination->name() == name);
}

void RunningXaction::let_go() {
  std::shared_ptr<Xaction> xaction;
  {
    const std::scoped_lock lock(mutex_);
    if (ended_ns_ == 0 || !xaction_) return;
    xaction = xaction_;
  }
  Words words = ask(*xaction);
  const std::scoped_lock lock(mutex_);
  last_words_ = std::move(words);
  xaction_.reset();  // `xaction` goes after the lock
}

RunningXaction::Words RunningXaction::ask(const Xaction& xaction) {
  return {xaction.control_message(), xaction.extension()};
}

bool RunningXaction::busy() const {
  const std::scoped_lock lock(mutex_);
  return ended_ns_ == 0 && (!kind_.on_demand || users_ != 0);
}

std::string RunningXaction::errors_locked() const {
  std::string out;
  for (const std::string& error : errors_) out += (out.empty() ? "" : "; ") + error;
  if (more_errors_ > 0) out += " (and " + std::to_string(more_errors_) + " more errors)";
  return out;
}

RunningXaction::Words RunningXaction::words() const {
  std::shared_ptr<const Xaction> xaction;
  {
    const std::scoped_lock lock(mutex_);
    if (!xaction_) return last_words_;
    xaction = xaction_;
  }
  return ask(*xaction);
}

Result<Response> RunningXaction::poll() const {
  const bool over = ended();
  const Words said = words();
  const std::scoped_lock lock(mutex_);
  if (over && (aborted() || !errors_.empty())) {
    return Error(Errc::Internal, kind_.name + "[" + id_ + "]: " + (aborted() ? "user abort" : errors_locked()));
  }
  auto response = Response::text(said.extension.empty() ? id_ : said.extension);
  response.status = over ? 200 : said.extension.empty() ? 202 : 206;
  return response;
}

nlohmann::ordered_json RunningXaction::snapshot() const {
  const Words words = this->words();
  const std::scoped_lock lock(mutex_);
  nlohmann::ordered_json out = {{"ext", extension_json(words.extension)},
                                {"start-time", time_text(started_ns_)},
                                {"end-time", time_text(ended_ns_)},
                                {"bck", bucket_json(plan_.shows_destination ? plan_.destination : bucket_)},
                                {"src-bck", bucket_json(plan_.destination ? bucket_ : nullptr)},
                                {"dst-bck", bucket_json(plan_.destination)},
                                {"id", id_},
                                {"kind", kind_.name}};
  if (!words.control_message.empty()) out["ctlmsg"] = words.control_message;
  out["abort-err"] = aborted() ? "user abort" : "";
  out["err"] = errors_locked();
  constexpr int kWorkersAt = 10;  // bits below: joggers
  out["glob.id"] = std::to_string(stats_.workers.load(std::memory_order_relaxed) << kWorkersAt);
  out["stats"] = {{"loc-objs", text(stats_.local_objects)},   {"loc-bytes", text(stats_.local_bytes)},
                  {"out-objs", text(stats_.sent_objects)},    {"out-bytes", text(stats_.sent_bytes)},
                  {"in-objs", text(stats_.received_objects)}, {"in-bytes", text(stats_.received_bytes)}};
  out["aborted"] = aborted();
  // One that has ended is idle too: clients that wait for the jobs of idling kinds look at nothing else.
  out["is_idle"] = ended_ns_ != 0 || (kind_.on_demand && users_ == 0);
  return out;
}

nlohmann::ordered_json RunningXaction::status() const {
  const std::scoped_lock lock(mutex_);
  nlohmann::ordered_json out = {
      {"kind", kind_.name}, {"uuid", id_}, {"err", errors_locked()}, {"end_time", ended_ns_}, {"aborted", aborted()}};
  if (kind_.on_demand && users_ == 0) out["is_idle"] = true;
  return out;
}

PastJob RunningXaction::record() const {
  PastJob out;
  out.id = id_;
  out.kind = kind_.name;
  if (bucket_) out.bucket = bucket_->name();
  if (plan_.destination) out.destination = plan_.destination->name();
  out.in_status_all = kind_.reports_status;
  out.ended_ns = ended_ns();
  out.snapshot = snapshot();
  return out;
}

}  // namespace bryo::kernel
