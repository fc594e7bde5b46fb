#pragma once

/// A plugin's `start` and `stop` may hang; the node must not.

#include <bryo/task.h>

namespace bryo::kernel {

/// What `task` answers, or Timeout. At the deadline the task is cancelled and gets a moment to end; after that it is
/// left behind, suspended on its event loop, and what it refers to must live until that loop is destroyed
/// (`abandoned`). What it throws becomes Internal. To be awaited on an event loop that one thread runs.
struct LimitedOutcome {
  Status status;
  bool abandoned = false;
};
Task<LimitedOutcome> within(Task<Status> task, Deadline deadline);

}  // namespace bryo::kernel
