#pragma once

/// A command of `bryo`. All of them stand in one table (command_table.h), from which the parser and the help come.

#include <bryo/result.h>

#include <functional>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace bryo::cli {

class Session;

/// What the process returns to its caller.
enum class ExitCode : int {
  Ok = 0,
  Failed = 1,  ///< the cluster or the machine refused, or part of the work failed
  Usage = 2,   ///< the command line is wrong; nothing was done
};

/// Runs a parsed command. An error is shown as one line.
using Action = std::function<Status(Session&)>;

struct Command {
  std::string_view words;     ///< "bucket create"
  std::string_view summary;   ///< one line
  std::string_view examples;  ///< lines, shown below the options
  /// Adds arguments and options to `app` and returns what runs with their values.
  Action (*declare)(CLI::App& app);
};

/// Marks an error of the command line itself: exit code 2.
inline constexpr std::string_view kUsage = "usage";
inline Error usage_error(std::string message) { return {Errc::InvalidArgument, std::move(message), kUsage}; }

}  // namespace bryo::cli
