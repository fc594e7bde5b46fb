#include <kernel/config/node_config.h>
#include <kernel/reference/markdown.h>
#include <kernel/reference/pages.h>

#include <algorithm>
#include <iterator>

namespace bryo::kernel {
namespace {

constexpr std::string_view kPreface = R"(# Options

Every key of the configuration file. `bryod --print-config` prints the same as a file to begin with,
`bryo plugin show NAME` shows the values in force.

| Type | Written as |
|---|---|
| bool | `true` or `false` |
| integer, number | `8`, `0.5` |
| duration | text with units: `"1m30s"`, `"500ms"` |
| size | text with a unit, `"64MiB"` (1024s) or `"64MB"` (1000s), or a number of bytes |
| string | text. `${NAME}` in it is replaced by the environment variable; `"file:PATH"` is the content of that file |
| list | `["a", "b"]` |

A key that is *hot* takes its new value at a reload (SIGHUP) and, where it has a name in the API, by `set-config`; any
other at the next start.

)";

constexpr std::string_view kClusterPreface =
    "These sections are AIStore's cluster configuration under its own names: `[cluster.log]` `level` is `log.level` in "
    "the API. What stands in the file is stored at the first start; from then on the API changes it (`set-config`), at "
    "once, and the file no longer counts.\n\n";

constexpr std::string_view kNoEffectPreface =
    "Clients of AIStore may read and set these keys of `[cluster.*]`. Bryo keeps and returns them; nothing acts on "
    "them.\n\n";

using Sections = std::vector<SectionState>;

/// The sections with only those keys that `wanted` accepts.
template <class Wanted>
Sections part_of(const Sections& all, Wanted wanted) {
  Sections out;
  for (const SectionState& section : all) {
    SectionState part{section.name, section.doc, {}};
    std::copy_if(section.options.begin(), section.options.end(), std::back_inserter(part.options), wanted);
    if (!part.options.empty()) out.push_back(std::move(part));
  }
  return out;
}

std::string shown(const SectionState& section) { return "[" + section.name + "]"; }

std::string links(const Sections& sections, std::string_view suffix) {
  std::string out;
  for (const SectionState& section : sections) {
    const std::string heading = shown(section) + std::string(suffix);
    out += (out.empty() ? "" : ", ") + ("[`" + shown(section) + "`](#" + heading_anchor(heading) + ")");
  }
  return out + "\n\n";
}

/// Keys that the file sets: of the kernel and of plugins.
std::string table(const SectionState& section) {
  const bool in_api = std::any_of(section.options.begin(), section.options.end(),
                                  [](const OptionState& option) { return !option.api_name.empty(); });
  MarkdownTable out = in_api ? MarkdownTable{"Key", "Type", "Default", "Allowed", "Change", "In the API", "Meaning"}
                             : MarkdownTable{"Key", "Type", "Default", "Allowed", "Change", "Meaning"};
  for (const OptionState& option : section.options) {
    const std::string key = code(option.key);
    const std::string fallback = code(toml_text(option.default_value));
    const std::string_view change = option.hot ? "hot" : "restart";
    if (in_api) {
      out.row({key, option.type, fallback, option.allowed, change, code(option.api_name), option.doc});
    } else {
      out.row({key, option.type, fallback, option.allowed, change, option.doc});
    }
  }
  return out.text();
}

/// Keys of the cluster configuration, which all change in the same way.
std::string cluster_table(const SectionState& section) {
  MarkdownTable out{"Key", "Type", "Default", "Allowed", "Meaning"};
  for (const OptionState& option : section.options) {
    out.row({code(option.key), option.type, code(toml_text(option.default_value)), option.allowed, option.doc});
  }
  return out.text();
}

template <class Table>
std::string chapter(std::string_view title, std::string_view preface, const Sections& sections, Table table,
                    std::string_view suffix = {}) {
  if (sections.empty()) return {};
  std::string out = "## " + std::string(title) + "\n\n" + std::string(preface) + links(sections, suffix);
  for (const SectionState& section : sections) {
    out.append("### `").append(shown(section)).append("`").append(suffix).append("\n\n");
    if (!section.doc.empty()) out += section.doc + "\n\n";
    out += table(section) + "\n";
  }
  return out;
}

bool is_plugins(const SectionState& section) { return section.name.starts_with("plugin."); }

}  // namespace

std::string option_page(const OptionRegistry& options) {
  const Sections all = options.sections();
  Sections kernel = part_of(all, [](const OptionState& option) { return !option.seed; });
  Sections plugins;
  std::copy_if(kernel.begin(), kernel.end(), std::back_inserter(plugins), is_plugins);
  std::erase_if(kernel, is_plugins);
  std::sort(plugins.begin(), plugins.end(), [](const auto& a, const auto& b) { return a.name < b.name; });

  std::string out(kPreface);
  out += chapter("The node", {}, kernel, table);
  out += "### `[[node.mountpath]]`\n\n" + std::string(NodeConfig::kMountpathDoc) + "\n\n";
  MarkdownTable mountpath{"Key", "Type", "Default", "Meaning"};
  mountpath.row({"`path`", "string", "", "Directory on the disk."});
  mountpath.row({"`label`", "string", "`\"\"`", "Shown to clients."});
  out += mountpath.text() + "\n";
  out += chapter("The plugins", {}, plugins, table);
  out +=
      chapter("The cluster", kClusterPreface,
              part_of(all, [](const OptionState& option) { return option.seed && option.effective; }), cluster_table);
  out += chapter("The cluster: keys without effect", kNoEffectPreface,
                 part_of(all, [](const OptionState& option) { return option.seed && !option.effective; }),
                 cluster_table, " without effect");
  out.pop_back();  // the last chapter's empty line
  return out;
}

}  // namespace bryo::kernel
