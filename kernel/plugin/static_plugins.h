#pragma once

/// Plugins that are linked into the server (BRYO_STATIC_PLUGINS). The table is written by CMake.

#include <bryo/plugin.h>

#include <span>

namespace bryo::kernel {

[[nodiscard]] std::span<const PluginDescriptor* const> static_plugins();

}  // namespace bryo::kernel
