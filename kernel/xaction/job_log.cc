#include <kernel/runtime/sync_point.h>
#include <kernel/xaction/job_log.h>

#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <map>
#include <system_error>

namespace bryo::kernel {
namespace {

constexpr std::size_t kDigits = 16;
/// Lines for each job that is kept before the file is written anew.
constexpr std::size_t kGrowth = 4;

std::string digits_of(std::string_view text) {
  std::array<char, kDigits + 1> out{};
  std::snprintf(out.data(), out.size(), "%016llx",
                static_cast<unsigned long long>(XXH3_64bits(text.data(), text.size())));
  return std::string(out.data(), kDigits);
}

std::string line_of(const PastJob& job) {
  const std::string text = job.text();
  return digits_of(text) + ' ' + text + '\n';
}

Result<PastJob> parse_line(std::string_view line) {
  if (line.size() <= kDigits + 1 || line[kDigits] != ' ' ||
      digits_of(line.substr(kDigits + 1)) != line.substr(0, kDigits)) {
    return Error(Errc::Internal, "a line of the log of jobs is damaged");
  }
  return PastJob::parse(line.substr(kDigits + 1));
}

Status write_all(int file, std::string_view text) {
  while (!text.empty()) {
    if (const int fault = BRYO_FAULT_POINT("jobs.write"))
      return Error(Errc::Io, std::generic_category().message(fault));
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Error(Errc::Io, std::generic_category().message(errno));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<JobLog>> JobLog::open(std::string path, std::size_t jobs, Clock& clock, Log& log) {
  std::unique_ptr<JobLog> out(new JobLog(std::move(path), jobs, clock, log));
  BRYO_CHECK(out->load());
  return out;
}

JobLog::~JobLog() {
  if (file_ >= 0) ::close(file_);
}

Status JobLog::load() {
  bool damaged = false;
  BRYO_TRY(found, read(damaged));
  if (damaged) log_.warning("lines of the log of jobs are damaged and were left out", {{"path", path_}});
  bool changed = damaged;
  for (PastJob& job : found) {
    if (job.ended_ns != 0) continue;
    job.interrupt(clock_.unix_ns());
    changed = true;
  }
  if (changed) {
    // On a full disk the node starts all the same.
    if (const Status done = rewrite(found); !done) log_.warning(done.error().message());
  }
  past_ = std::move(found);
  if (file_ >= 0) return {};
  file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file_ < 0) return failed("open");
  lines_ = past_.size() * 2;  // a start and an end; what was pruned makes it a guess
  return {};
}

Result<std::deque<PastJob>> JobLog::read(bool& damaged) const {
  std::deque<PastJob> out;
  std::ifstream in(path_, std::ios::binary);
  if (!in) return errno == ENOENT ? Result<std::deque<PastJob>>(std::move(out)) : failed("read");
  std::map<std::string, PastJob*, std::less<>> by_id;  // deques do not move what they hold when they grow at an end
  for (std::string line; std::getline(in, line);) {
    // A last line without its end is whole if its checksum says so; what is added would stand behind it, though.
    if (in.eof()) damaged = true;
    auto job = parse_line(line);
    if (!job) {
      damaged = true;
      continue;
    }
    if (const auto known = by_id.find(job->id); known != by_id.end()) {
      *known->second = *std::move(job);
      continue;
    }
    out.push_back(*std::move(job));
    by_id[out.back().id] = &out.back();
    if (out.size() <= jobs_) continue;
    by_id.erase(out.front().id);
    out.pop_front();
  }
  return out;
}

Status JobLog::rewrite(const std::deque<PastJob>& jobs) {
  std::string text;
  for (const PastJob& job : jobs) text += line_of(job);
  const std::string temporary = path_ + ".new";
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
  if (file < 0) return failed("write");
  Status written = write_all(file, text);
  if (written && ::fdatasync(file) != 0) written = Error(Errc::Io, std::generic_category().message(errno));
  BRYO_SYNC_POINT("jobs.before_rename");
  if (written && std::rename(temporary.c_str(), path_.c_str()) != 0) {
    written = Error(Errc::Io, std::generic_category().message(errno));
  }
  if (!written) {
    ::close(file);
    ::unlink(temporary.c_str());
    return Error(Errc::Io, "cannot write the log of jobs " + path_ + ": " + written.error().message());
  }
  if (file_ >= 0) ::close(file_);
  file_ = file;
  lines_ = jobs.size();
  return {};
}

void JobLog::add(const PastJob& job) {
  std::string line = line_of(job);
  const std::scoped_lock lock(adding_);
  added_ += line;
  ++added_lines_;
}

void JobLog::flush() {
  const std::scoped_lock lock(writing_);
  std::string text;
  {
    const std::scoped_lock adding(adding_);
    text.swap(added_);
    lines_ += std::exchange(added_lines_, 0);
  }
  if (torn_) text.insert(0, "\n");
  Status done = write_all(file_, text);
  torn_ = !done;
  if (done && lines_ > jobs_ * kGrowth) {
    bool damaged = false;
    auto kept = read(damaged);
    done = kept ? rewrite(*kept) : Status(kept.error());
  }
  if (!done) log_.warning("a job is missing in the log of jobs", {{"path", path_}, {"error", done.error().message()}});
}

Error JobLog::failed(const std::string& what) const {
  return {Errc::Io, "cannot " + what + " the log of jobs " + path_ + ": " + std::generic_category().message(errno)};
}

}  // namespace bryo::kernel
