#pragma once

#include <span>

#include "command.h"

namespace bryo::cli {

class Console;

/// Parses `arguments` (without the program's name) after `table`, runs the command, shows its error. Returns the
/// process's exit code.
ExitCode run_command_line(std::span<const Command> table, std::span<const char* const> arguments, Session& session);

/// The error as a person is told: the sentence, and the way out where the server cannot know it.
std::string explain(const Error& error);

}  // namespace bryo::cli
