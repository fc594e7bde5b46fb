#include <kernel/plugin/culprit.h>
#include <kernel/plugin/plugin_file.h>

#include <cstdio>
#include <cstring>
#include <string_view>

#include <dlfcn.h>
#include <link.h>

namespace bryo::kernel {
namespace {

std::string_view base_name(const char* path) {
  const std::string_view all(path == nullptr ? "" : path);
  return all.substr(all.rfind('/') + 1);
}

/// The plugin's name, if the file has the name of a plugin's and exports its descriptor.
std::string plugin_in(const char* path) {
  constexpr std::string_view kPrefix = "libbryo_";
  constexpr std::string_view kSuffix = ".so";
  const std::string_view file = base_name(path);
  if (!file.starts_with(kPrefix) || !file.ends_with(kSuffix)) return {};
  std::string name(file.substr(kPrefix.size(), file.size() - kPrefix.size() - kSuffix.size()));
  if (!is_plugin_name(name)) return {};
  void* const library = ::dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
  if (library == nullptr) return {};
  const bool found = ::dlsym(library, ("bryo_plugin_" + name).c_str()) != nullptr;
  ::dlclose(library);
  return found ? name : std::string();
}

bool has_library(const std::string& plugin) {
  const std::string file = "libbryo_" + plugin + ".so";
  const auto same = [](dl_phdr_info* info, std::size_t, void* wanted) {
    return base_name(info->dlpi_name) == *static_cast<const std::string*>(wanted) ? 1 : 0;
  };
  return ::dl_iterate_phdr(same, const_cast<std::string*>(&file)) != 0;
}

std::string place(const Dl_info& object, std::uintptr_t address) {
  char offset[32];
  std::snprintf(offset, sizeof offset, "+0x%zx", address - reinterpret_cast<std::uintptr_t>(object.dli_fbase));
  return std::string(base_name(object.dli_fname)) + offset;
}

/// In the kernel's own object.
constexpr char kAnchor = 0;

}  // namespace

std::optional<Culprit> culprit(const std::string* entered) {
  if (entered == nullptr || has_library(*entered)) return std::nullopt;
  return Culprit{*entered};
}

std::optional<Culprit> culprit(const StackSample& stack) {
  Dl_info kernel{};
  if (::dladdr(&kAnchor, &kernel) == 0) return culprit(stack.entered);
  bool in_kernel = false;
  for (std::size_t i = 0; i < stack.depth; ++i) {
    Dl_info object{};
    if (::dladdr(reinterpret_cast<const void*>(stack.addresses[i]), &object) == 0) continue;
    if (object.dli_fbase == kernel.dli_fbase) {
      in_kernel = true;
      continue;
    }
    std::string plugin = plugin_in(object.dli_fname);
    if (plugin.empty()) continue;
    if (in_kernel && (stack.entered == nullptr || plugin != *stack.entered)) return std::nullopt;
    return Culprit{std::move(plugin), place(object, stack.addresses[i])};
  }
  return culprit(stack.entered);
}

}  // namespace bryo::kernel
