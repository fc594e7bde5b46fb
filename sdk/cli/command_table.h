#pragma once

#include <span>

#include "command.h"

namespace bryo::cli {

/// Every command, in the order of the help.
std::span<const Command> command_table();

}  // namespace bryo::cli
