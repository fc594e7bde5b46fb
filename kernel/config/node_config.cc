#include <kernel/config/node_config.h>
#include <kernel/config/option_value.h>
#include <kernel/config/references.h>
#include <kernel/config/toml_tree.h>
#include <kernel/config/value_text.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <thread>

namespace bryo::kernel {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMountpathShown = "[[node.mountpath]]";

std::string absolute(const std::string& path, const std::string& directory) {
  return (fs::absolute(fs::path(directory)) / path).lexically_normal().string();
}

/// Adds a problem at the place of a dotted key. Only written keys can be wrong in these ways.
void add_at(Problems& problems, const ConfigDocument& document, std::string_view dotted, std::string sentence) {
  const auto node = document.tree().root.at_path(dotted);
  problems.add(node.node() != nullptr ? node.node()->source() : toml::source_region{}, std::move(sentence));
}

bool is_node_id(std::string_view id) {
  return id.size() >= 2 && id.size() <= 62 && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

/// One string of a mountpath, with references resolved; empty when absent or wrong.
std::string mountpath_string(const toml::table& table, std::string_view key, const std::string& directory,
                             Problems& problems) {
  const auto* node = table.get(key);
  if (node == nullptr) return {};
  const std::string shown = std::string(kMountpathShown) + " " + std::string(key);
  const auto* text = node->as_string();
  if (text == nullptr) {
    problems.add(node->source(), shown + " must be a string, not " + std::string(node_type(*node)));
    return {};
  }
  auto resolved = resolve_references(text->get(), directory);
  if (!resolved) problems.add(node->source(), shown + " " + resolved.error().message());
  return resolved ? *resolved : std::string();
}

MountpathConfig read_mountpath(const toml::table& table, const std::string& directory, Problems& problems) {
  for (auto&& [key, node] : table) {
    if (key.str() != "path" && key.str() != "label") {
      problems.add(key.source(), unknown_key(key.str(), kMountpathShown, {"path", "label"}));
    }
  }
  MountpathConfig out{mountpath_string(table, "path", directory, problems),
                      mountpath_string(table, "label", directory, problems)};
  if (table.get("path") == nullptr || (out.path.empty() && table.get("path")->is_string())) {
    problems.add(table.source(), std::string(kMountpathShown) + " needs a path, such as path = \"/mnt/d0\"");
  } else if (!out.path.empty()) {
    out.path = absolute(out.path, directory);
    if (out.path.size() > 1 && out.path.ends_with('/')) out.path.pop_back();
  }
  return out;
}

bool is_inside(const std::string& path, const std::string& other) {
  return path == other || path.starts_with(other + "/");
}

std::vector<MountpathConfig> read_mountpaths(const ConfigDocument& document, Problems& problems) {
  std::vector<MountpathConfig> out;
  const auto node = document.tree().root.at_path("node.mountpath");
  if (!node) return out;
  const auto* array = node.as_array();
  if (array == nullptr || (!array->empty() && !array->is_array_of_tables())) {
    problems.add(node.node()->source(),
                 "'node.mountpath' is a list of sections; write [[node.mountpath]] and path = \"...\" below");
    return out;
  }
  for (const auto& entry : *array) {
    MountpathConfig next = read_mountpath(*entry.as_table(), document.directory(), problems);
    if (next.path.empty()) continue;
    for (const auto& other : out) {
      if (!is_inside(next.path, other.path) && !is_inside(other.path, next.path)) continue;
      problems.add(entry.source(),
                   std::string(kMountpathShown) + " path = " + toml_quoted(next.path) +
                       (next.path == other.path ? " is given twice"
                                                : " and " + toml_quoted(other.path) +
                                                      " lie inside each other; give each its own directory"));
    }
    out.push_back(std::move(next));
  }
  return out;
}

MountpathConfig default_mountpath(const std::string& data_dir) { return {data_dir + "/mp0", ""}; }

ListenAddress read_listen(const ConfigDocument& document, const std::string& key, const std::string& text,
                          Problems& problems) {
  auto address = parse_listen_address(text);
  if (address) return *address;
  add_at(problems, document, "node.listen." + key, "[node.listen] " + key + " = " + address.error().message());
  return {};
}

Durability durability_of(const std::string& word) {
  if (word == "strict") return Durability::Strict;
  return word == "relaxed" ? Durability::Relaxed : Durability::Auto;
}

/// What a control group allows, or "no limit".
std::uint64_t control_group_limit() {
  std::ifstream in("/sys/fs/cgroup/memory.max");
  std::uint64_t bytes = 0;
  return in >> bytes ? bytes : ~std::uint64_t{0};
}

}  // namespace

std::string ListenAddress::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const auto bad = [&] {
    return Error(Errc::InvalidArgument,
                 toml_quoted(text) + " is not an address such as \"127.0.0.1:8080\" or \"[::1]:8080\"");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad();
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return bad();
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return bad();
  }
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (host.empty() || host.find_first_of(" /\t\n") != std::string_view::npos || error != std::errc{} ||
      end != digits.data() + digits.size()) {
    return bad();
  }
  return ListenAddress{std::string(host), port};
}

Result<NodeConfig> NodeConfig::from(const NodeOptions& options, const ConfigDocument& document) {
  NodeConfig out;
  Problems problems;
  out.id = *options.id;
  if (!out.id.empty() && !is_node_id(out.id)) {
    add_at(problems, document, "node.id", "[node] id must be 2 to 62 letters, digits, '-' or '_'");
  }
  const auto roles = *options.roles;
  out.gateway = std::find(roles.begin(), roles.end(), "gateway") != roles.end();
  out.target = std::find(roles.begin(), roles.end(), "target") != roles.end();
  if (roles.empty())
    add_at(problems, document, "node.roles", "[node] roles is empty; give \"gateway\", \"target\" or both");
  if ((*options.data_dir).empty()) {
    add_at(problems, document, "node.data_dir",
           "[node] data_dir is empty; give a directory that the node may write to");
  }
  out.data_dir = absolute(*options.data_dir, document.directory());
  out.store.mountpaths = read_mountpaths(document, problems);
  if (out.store.mountpaths.empty()) out.store.mountpaths.push_back(default_mountpath(out.data_dir));
  out.store.durability = durability_of(*options.durability);
  out.store.listing_cache = static_cast<std::size_t>((*options.listing_cache).bytes);
  out.store.upload_limit = static_cast<std::size_t>(*options.upload_limit);
  out.store.upload_age = *options.upload_age;
  out.store.open_files = static_cast<std::size_t>(*options.open_files);

  out.listen_public = read_listen(document, "public", *options.listen_public, problems);
  const auto or_public = [&](const std::string& key, const std::string& text) {
    return text.empty() ? out.listen_public : read_listen(document, key, text, problems);
  };
  out.listen_intra_control = or_public("intra_control", *options.listen_intra_control);
  out.listen_intra_data = or_public("intra_data", *options.listen_intra_data);

  const std::string spool = *options.spool_dir;
  out.spool_dir = spool.empty() ? out.data_dir + "/spool" : absolute(spool, document.directory());
  out.log_to_files = *options.log_to == "files";
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  out.event_loops = *options.event_loops > 0 ? static_cast<unsigned>(*options.event_loops) : cores;
  out.blocking_threads =
      *options.blocking_threads > 0 ? static_cast<unsigned>(*options.blocking_threads) : std::max(8u, 4 * cores);
  out.meta_store_kind = *options.meta_store_kind;
  out.meta_store_endpoints = *options.meta_store_endpoints;
  const std::string plugin_dir = *options.plugin_dir;
  out.plugin_dir = plugin_dir.empty() ? plugin_dir : absolute(plugin_dir, document.directory());
  for (const auto& extra : *options.plugin_extra_dirs)
    out.plugin_extra_dirs.push_back(absolute(extra, document.directory()));
  out.plugins_enabled = *options.plugins_enabled;
  out.plugin_sha256 = *options.plugin_sha256;
  out.skip_refused_plugins = *options.plugin_on_error == "skip";
  BRYO_CHECK(problems.status());
  return out;
}

Result<bool> NodeConfig::mountpaths_differ(const ConfigDocument& document) const {
  Problems problems;
  auto given = read_mountpaths(document, problems);
  BRYO_CHECK(problems.status());
  if (given.empty()) given.push_back(default_mountpath(data_dir));
  return !std::equal(given.begin(), given.end(), store.mountpaths.begin(), store.mountpaths.end(),
                     [](const auto& a, const auto& b) { return a.path == b.path && a.label == b.label; });
}

std::string NodeConfig::print_mountpaths(const ConfigDocument& document) {
  std::string out = "# " + std::string(kMountpathDoc) + "\n";
  const auto* array = document.tree().root.at_path("node.mountpath").as_array();
  if (array == nullptr || array->empty()) return out + "#[[node.mountpath]]\n#path = \"/mnt/d0\"\n#label = \"\"\n";
  for (const auto& entry : *array) {
    const auto* table = entry.as_table();
    if (table == nullptr) continue;
    out += "[[node.mountpath]]\n";
    for (std::string_view key : {"path", "label"}) {
      if (const auto* text = table->get_as<std::string>(key)) {
        out.append(key).append(" = ").append(toml_quoted(text->get())).append("\n");
      }
    }
  }
  return out;
}

Result<ConfigDocument> document_for_directory(const std::string& directory) {
  const std::string absolute_path = fs::absolute(directory).lexically_normal().string();
  return ConfigDocument::parse("node.data_dir = " + toml_quoted(escape_references(absolute_path)), "--dir");
}

std::uint64_t resolve_memory_budget(Size bytes) {
  if (bytes.bytes != 0) return bytes.bytes;
  const auto pages = ::sysconf(_SC_PHYS_PAGES);
  const auto page = ::sysconf(_SC_PAGESIZE);
  const std::uint64_t machine = pages > 0 && page > 0
                                    ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page)
                                    : std::uint64_t{1} << 30;
  return std::min(machine, control_group_limit()) / 4;
}

}  // namespace bryo::kernel
