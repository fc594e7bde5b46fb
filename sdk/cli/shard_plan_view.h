#pragma once

#include "shard_plan.h"

namespace bryo::cli {

class Console;

/// `ishard --dry-run`: a table of the shards or JSON; with `keys` the keys and files of their samples too.
void print_plan(const ShardPlan& plan, bool keys, Console& console);

}  // namespace bryo::cli
