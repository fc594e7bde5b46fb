#include <dlfcn.h>
#include <kernel/config/nearest.h>
#include <kernel/plugin/plugin_file.h>
#include <kernel/store/checksum.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/dll/shared_library.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace bryo::kernel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostNeeds = 64;

constexpr std::string_view kPrefix = "libbryo_";
constexpr std::string_view kSuffix = ".so";

Error refusal(std::string_view name, const std::string& why) {
  return Error(Errc::InvalidArgument, "plugin '" + std::string(name) + "': " + why);
}

std::string file_name(std::string_view name) { return std::string(kPrefix).append(name).append(kSuffix); }

bool foreign_owner(const struct stat& status) { return status.st_uid != 0 && status.st_uid != ::geteuid(); }

/// dlerror's words without what Boost puts around them (`...: PATH: undefined symbol: x): Bad file descriptor`) and
/// without the path, which the reader has.
std::string linker_text(std::string text, const std::string& path) {
  if (const auto at = text.find(path); at != std::string::npos) text.erase(0, at + path.size());
  text.erase(std::min(text.rfind("): "), text.size()));
  const auto begin = text.find_first_not_of(": ");
  return begin == std::string::npos ? "it cannot be loaded" : text.substr(begin);
}

Status check_needs(std::string_view name, const char* const* needs) {
  for (std::size_t i = 0; needs != nullptr && needs[i] != nullptr; ++i) {
    if (i == kMostNeeds) {
      return refusal(name, "it needs more than " + std::to_string(kMostNeeds) +
                               " plugins; end the list of BRYO_PLUGIN_NEEDS with nullptr");
    }
    if (!is_plugin_name(needs[i])) {
      return refusal(name, "it needs '" + std::string(needs[i]).substr(0, 64) +
                               "', which is no plugin's name; correct the list of BRYO_PLUGIN_NEEDS");
    }
    if (name == needs[i]) {
      return refusal(name, "it needs itself; take it out of the list of BRYO_PLUGIN_NEEDS");
    }
  }
  return {};
}

/// Whether everything in it lies in the descriptor's own library, or is null.
bool points_inside(const PluginDescriptor& descriptor) {
  Dl_info home{};
  if (::dladdr(&descriptor, &home) == 0) return false;
  const void* const all[] = {descriptor.abi_tag,
                             descriptor.name,
                             descriptor.version,
                             descriptor.doc,
                             static_cast<const void*>(descriptor.needs),
                             reinterpret_cast<const void*>(descriptor.create)};
  return std::all_of(std::begin(all), std::end(all), [&home](const void* one) {
    Dl_info there{};
    return one == nullptr || (::dladdr(one, &there) != 0 && there.dli_fbase == home.dli_fbase);
  });
}

}  // namespace

bool is_plugin_name(std::string_view name) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !name.empty() && name.size() <= 32 && letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

std::vector<std::string> plugins_in(const std::string& directory) {
  std::vector<std::string> out;
  std::error_code ec;
  for (fs::directory_iterator it(directory, ec), end; !ec && it != end; it.increment(ec)) {
    const std::string file = it->path().filename();
    if (!file.starts_with(kPrefix) || !file.ends_with(kSuffix)) continue;
    std::string name = file.substr(kPrefix.size(), file.size() - kPrefix.size() - kSuffix.size());
    if (is_plugin_name(name)) out.push_back(std::move(name));
  }
  std::sort(out.begin(), out.end());
  return out;
}

Result<std::string> find_plugin(std::string_view name, const std::vector<std::string>& directories,
                                std::vector<std::string> existing) {
  if (!is_plugin_name(name)) {
    return refusal(name, "a plugin's name is 1 to 32 characters of a-z, 0-9 and '_', beginning with a letter");
  }
  std::string searched;
  for (const std::string& directory : directories) {
    const std::string path = directory + "/" + file_name(name);
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0) return path;
    for (std::string& other : plugins_in(directory)) existing.push_back(std::move(other));
    searched += (searched.empty() ? "" : ", ") + directory;
  }
  const auto near = nearest_name(name, existing);
  return refusal(
      name, "no " + file_name(name) + " in " + searched + (near ? "; did you mean '" + std::string(*near) + "'?" : ""));
}

Status check_trusted(std::string_view name, const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return refusal(name, path + ": " + std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return refusal(name, path + " is not a regular file; install the file itself, no link");
  // The directories it really lies in: a link on the way must not hide one that others may write.
  std::error_code ec;
  const fs::path real = fs::canonical(path, ec);
  if (ec) return refusal(name, path + ": " + ec.message());
  for (fs::path part = real;; part = part.parent_path()) {
    if (::stat(part.c_str(), &status) != 0) return refusal(name, part.string() + ": " + std::strerror(errno));
    if (foreign_owner(status)) {
      return refusal(name, part.string() + " belongs to user " + std::to_string(status.st_uid) +
                               "; it must belong to root or the server's user");
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (status.st_mode & S_ISVTX) == 0) {
      return refusal(name, part.string() + " is writable by group or others; remove that right (chmod go-w)");
    }
    if (part == part.root_path()) return {};
  }
}

Status check_pin(std::string_view name, const std::string& path, const std::string& pin) {
  std::ifstream in(path, std::ios::binary);
  Checksum sum(ChecksumType::Sha256);
  for (std::array<char, 65536> part{}; in.read(part.data(), part.size()) || in.gcount() > 0;) {
    sum.update({reinterpret_cast<const std::byte*>(part.data()), static_cast<std::size_t>(in.gcount())});
  }
  if (in.bad()) return refusal(name, path + " cannot be read; look at the disk");
  const std::string found = sum.finish();
  if (found == pin) return {};
  return refusal(name, "sha256 is " + found + ", the configuration pins " + pin +
                           "; install the file that was meant, or correct sha256 in [plugins]");
}

Result<const PluginDescriptor*> load_plugin(const std::string& name, const std::string& path) {
  // Never unloaded: Asio's services and vtables of the plugin may be in use until the process ends.
  static_assert(static_cast<unsigned>(boost::dll::load_mode::rtld_now) == RTLD_NOW);
  BRYO_CHECK(check_loadable(name, path));
  try {
    // The throwing overload: the other one loses dlerror's text.
    auto* const library =
        new boost::dll::shared_library(path, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
    const std::string symbol = "bryo_plugin_" + name;
    if (!library->has(symbol)) {
      return refusal(name, path + " does not export " + symbol + "; is it a renamed file of another plugin?");
    }
    const auto* descriptor = &library->get<const PluginDescriptor>(symbol);
    if (!points_inside(*descriptor)) {
      return refusal(name, path + " has a damaged descriptor; copy or build it again with bryo_add_plugin()");
    }
    BRYO_CHECK(check_descriptor(name, *descriptor));
    return descriptor;
  } catch (const std::exception& e) {
    return refusal(name,
                   linker_text(e.what(), path) + "; rebuild it with bryo_add_plugin(), which finds this when it links");
  }
}

Status check_descriptor(std::string_view name, const PluginDescriptor& descriptor) {
  if (descriptor.size < sizeof(PluginDescriptor))
    return refusal(name, "its descriptor is shorter than this server's; rebuild it against this server's SDK");
  if (descriptor.api > BRYO_SDK_API) {
    return refusal(name, "needs SDK API " + std::to_string(descriptor.api) + ", this server offers " +
                             std::to_string(BRYO_SDK_API) + "; update the server");
  }
  if (descriptor.name == nullptr || name != descriptor.name) {
    return refusal(name, std::string("its descriptor says '") + (descriptor.name ? descriptor.name : "") +
                             "'; file and plugin must have one name: install it as " +
                             file_name(descriptor.name ? descriptor.name : ""));
  }
  if (descriptor.version == nullptr || descriptor.doc == nullptr || descriptor.abi_tag == nullptr)
    return refusal(name, "its descriptor has no version, no doc or no ABI tag; declare it with BRYO_PLUGIN");
  if (descriptor.create == nullptr)
    return refusal(name, "its descriptor has no create function; declare it with BRYO_PLUGIN");
  return check_needs(name, descriptor.needs);
}

}  // namespace bryo::kernel
