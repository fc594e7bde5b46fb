#pragma once

/// The one include of a small plugin.

#include <bryo/abi.h>
#include <bryo/host.h>
#include <bryo/registrar.h>

#include <cstdint>

namespace bryo {

/// A plugin. Its functions are called by one thread, in this order: declare, start, stop. Calls to what it registered
/// arrive only between start and stop, from many threads.
class Plugin {
 public:
  virtual ~Plugin() = default;
  /// Pure: fills the registrar; no I/O, no threads.
  virtual Status declare(Registrar& registrar) = 0;
  /// Opens what the plugin needs. Called in dependency order, before the node listens; has a deadline.
  virtual Task<Status> start(Host&) { co_return Status{}; }
  /// All calls have ended.
  virtual Task<void> stop() { co_return; }
};

/// Plain data, found in the library under the symbol `bryo_plugin_<name>`.
struct PluginDescriptor {
  std::uint32_t size;  ///< sizeof in the plugin's SDK; may grow at the end
  std::uint32_t api;   ///< BRYO_SDK_API it was compiled with
  const char* abi_tag;
  const char* name;  ///< [a-z][a-z0-9_]{0,31}; the file is libbryo_<name>.so
  const char* version;
  const char* doc;           ///< one sentence, shown by `bryo plugin ls`
  const char* const* needs;  ///< names of plugins it depends on, null-terminated, or nullptr
  Plugin* (*create)();
};

}  // namespace bryo

/// Makes `Type` the plugin `name`. At namespace scope, once in a library.
#define BRYO_PLUGIN(name, Type, version, doc) BRYO_PLUGIN_NEEDS(name, Type, version, doc, nullptr)
#define BRYO_PLUGIN_NEEDS(plugin_name, Type, plugin_version, plugin_doc, plugin_needs)                     \
  extern "C" {                                                                                             \
  __attribute__((section("bryo_abi"), used)) BRYO_EXPORT extern const char bryo_abi_tag_##plugin_name[] =  \
      BRYO_ABI_TAG;                                                                                        \
  BRYO_EXPORT extern const bryo::PluginDescriptor bryo_plugin_##plugin_name;                               \
  const bryo::PluginDescriptor bryo_plugin_##plugin_name = {sizeof(bryo::PluginDescriptor),                \
                                                            BRYO_SDK_API,                                  \
                                                            BRYO_ABI_TAG,                                  \
                                                            #plugin_name,                                  \
                                                            plugin_version,                                \
                                                            plugin_doc,                                    \
                                                            plugin_needs,                                  \
                                                            []() -> bryo::Plugin* { return new Type(); }}; \
  }                                                                                                        \
  static_assert(true)
