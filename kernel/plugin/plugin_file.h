#pragma once

/// A plugin's file, checked before anything of it runs (the steps of the plugin design).

#include <bryo/plugin.h>

#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// [a-z][a-z0-9_]{0,31}
[[nodiscard]] bool is_plugin_name(std::string_view name);

/// The names of all `libbryo_<name>.so` in `directory`, sorted; none if it cannot be read.
[[nodiscard]] std::vector<std::string> plugins_in(const std::string& directory);

/// Step 1: `<dir>/libbryo_<name>.so` in the first directory that has it. The refusal names the directories and the
/// nearest name that exists, `existing` (those linked in) included.
Result<std::string> find_plugin(std::string_view name, const std::vector<std::string>& directories,
                                std::vector<std::string> existing = {});

/// Step 2: a regular file, not a link; file and parents belong to root or this user, and nobody else may write them (a
/// sticky directory counts as safe).
Status check_trusted(std::string_view name, const std::string& path);

/// Step 3: the file is the one that the configuration names, if it names one; `pin` is a hexadecimal SHA-256.
Status check_pin(std::string_view name, const std::string& path, const std::string& pin);

/// Step 4: the tag in the file's `bryo_abi` section, read without loading the file. Every length in it is checked.
Result<std::string> read_abi_tag(std::string_view name, const std::string& path);
/// Compares field by field; the refusal names the field, both values, and the remedy.
Status check_abi_tag(std::string_view name, std::string_view theirs, std::string_view ours);

/// Part of step 5: the headers and tables that the dynamic linker follows lie inside the file and what it maps. What is
/// damaged elsewhere (code, data) is found by a pinned SHA-256 only.
Status check_loadable(std::string_view name, const std::string& path);

/// Steps 5 and 6: loads the file for the life of the process, and finds and checks its descriptor.
Result<const PluginDescriptor*> load_plugin(const std::string& name, const std::string& path);
/// The checks of a descriptor, loaded or linked in.
Status check_descriptor(std::string_view name, const PluginDescriptor& descriptor);

}  // namespace bryo::kernel
