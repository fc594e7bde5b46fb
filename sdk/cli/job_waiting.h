#pragma once

#include <bryo/client/client.h>

#include <string>

#include "progress.h"

namespace bryo::cli {

class Session;

/// Asks for a job until it ended, ever less often (up to once a second), and shows its objects and bytes. Fails with
/// what the job failed with, or if it was aborted; Cancelled if the user interrupts, while the job goes on.
Status wait_for_job(const client::Client& client, const std::string& id, const std::string& unit, Session& session);

}  // namespace bryo::cli
