#pragma once

/// What became of jobs, across restarts of the node.

#include <bryo/host.h>
#include <kernel/xaction/past_job.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

namespace bryo::kernel {

/// One file: a line when a job starts, one when it ends, each with a checksum. Lines are added at its end and not
/// synced: what a power cut takes is the end of the history. When it has grown it is written anew, beside the old one,
/// which it then replaces; a damaged line is passed over. Thread-safe.
class JobLog {
 public:
  /// Reads what is there. A file that cannot be read or written is an error that names it; damage is not.
  static Result<std::unique_ptr<JobLog>> open(std::string path, std::size_t jobs, Clock& clock, Log& log);
  ~JobLog();
  JobLog(const JobLog&) = delete;
  JobLog& operator=(const JobLog&) = delete;

  /// The jobs of earlier runs, oldest first, all of them ended. For one caller.
  [[nodiscard]] std::deque<PastJob> take_past() { return std::move(past_); }
  /// To be written by the next `flush`. Never waits.
  void add(const PastJob& job);
  /// Writes what was added. Blocking. A failure is logged, and what could not be written is forgotten.
  void flush();

 private:
  JobLog(std::string path, std::size_t jobs, Clock& clock, Log& log)
      : path_(std::move(path)), jobs_(jobs), clock_(clock), log_(log) {}
  Status load();
  /// Only the newest jobs, under a name of its own, then in place of the old file.
  Status rewrite(const std::deque<PastJob>& jobs);
  Result<std::deque<PastJob>> read(bool& damaged) const;
  [[nodiscard]] Error failed(const std::string& what) const;

  const std::string path_;
  const std::size_t jobs_;
  Clock& clock_;
  Log& log_;
  std::deque<PastJob> past_;

  std::mutex adding_;
  std::string added_;  ///< lines
  std::size_t added_lines_ = 0;

  std::mutex writing_;
  int file_ = -1;
  std::size_t lines_ = 0;  ///< in the file
  bool torn_ = false;      ///< its last line may have no end
};

}  // namespace bryo::kernel
