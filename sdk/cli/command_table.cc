#include "command_table.h"

#include <array>

#include "commands/commands.h"

namespace bryo::cli {

std::span<const Command> command_table() {
  static constexpr auto kTable = std::to_array<Command>({kBucketCreate,
                                                         kBucketLs,
                                                         kBucketRm,
                                                         kPut,
                                                         kGet,
                                                         kLs,
                                                         kRm,
                                                         kMlGetBatch,
                                                         kMlLhotseGetBatch,
                                                         kArchiveLs,
                                                         kArchiveGet,
                                                         kArchivePut,
                                                         kArchiveAppend,
                                                         kArchiveBucket,
                                                         kArchiveGenShards,
                                                         kIshard,
                                                         kShowCluster,
                                                         kShowJob,
                                                         kPluginLs,
                                                         kPluginShow,
                                                         kPluginDrain,
                                                         kPluginStart,
                                                         kPluginSet});
  return kTable;
}

}  // namespace bryo::cli
