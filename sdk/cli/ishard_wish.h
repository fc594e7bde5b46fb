#pragma once

/// `ishard`: from what was typed to what is meant.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "external_key_map.h"
#include "sample_extensions.h"
#include "sample_grouping.h"
#include "shard_plan.h"

namespace bryo::cli {

struct IshardOptions {
  std::string source;
  std::string destination;
  std::string shard_size;
  std::optional<std::uint64_t> samples;
  std::string key = "name";
  std::string sort = "name";
  std::optional<std::uint64_t> seed;
  std::string extensions;
  std::string missing = "warn";
  std::string map_file;
  std::string unmapped = "abort";
  std::string format;
  int workers = 8;
  bool by_folder = false;
  bool dry_run = false;
  bool show_keys = false;
  bool force = false;
};

/// The options as they are meant.
struct IshardWish {
  SampleKey key;
  SampleOrder order = SampleOrder::Name;
  std::uint64_t seed = 0;
  bool seed_given = false;  ///< by the user; else nobody knows it who is not told
  std::vector<std::string> extensions;
  MissingAction missing = MissingAction::Warn;
  MissingAction unmapped = MissingAction::Abort;
  std::optional<ExternalKeyMap> map;
  std::vector<ShardNames> names;
  ShardLimits limits;
};

/// Everything that is wrong with the options is found here, before the cluster is asked. Reads the external key map.
/// Fails with a usage error.
Result<IshardWish> ishard_wish(const IshardOptions& options);

}  // namespace bryo::cli
