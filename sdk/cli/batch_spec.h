#pragma once

/// `ml get-batch --spec`: a batch written down as JSON or YAML (get-batch.md section 13).

#include <bryo/client/batch_request.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::cli {

/// What a specification says; nothing = it does not say.
struct BatchSpec {
  std::vector<client::BatchEntry> entries;
  std::optional<client::ArchiveFormat> format{};
  std::optional<bool> continue_on_error{};
  std::optional<bool> only_object_name{};
  std::optional<bool> streaming{};
  std::optional<int> colocation{};
};

/// Text that begins with '{' is JSON, other text YAML. Keys as in spec_keys.h. Pure. Fails naming the entry, the key,
/// and what is expected.
Result<BatchSpec> parse_batch_spec(std::string_view text);

/// The text behind the option's value: standard input for "-", the file if there is one of that name, else the value
/// itself if it looks like a specification. At most 1 MiB.
Result<std::string> load_batch_spec(const std::string& value);

}  // namespace bryo::cli
