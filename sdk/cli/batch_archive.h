#pragma once

#include <bryo/client/client.h>

#include <string>

#include "session.h"

namespace CLI {
class App;
}

namespace bryo::cli {

struct BatchArchiveOptions {
  bool yes = false;      ///< overwrite without asking
  bool quiet = false;    ///< no line of result
  bool members = false;  ///< list the members, and the time of the first byte
};

/// Adds `-y`, `-nv`, `-v`.
void declare_batch_archive_options(CLI::App& app, BatchArchiveOptions& options);

/// Runs one batch and writes its archive to `destination` ("-" = standard output), which appears only when the whole
/// batch arrived. Prints one line, or JSON. Missing entries (continue-on-error) are warned of by name.
Status write_batch_archive(const client::Client& client, const client::BatchRequest& request,
                           const std::string& destination, const BatchArchiveOptions& options, Session& session);

}  // namespace bryo::cli
