#include <kernel/cluster/node_state.h>

#include <kernel/machine/machine_usage.h>

#include <algorithm>
#include <set>

namespace bryo::kernel {
namespace {

using Json = NodeState::Json;

/// The mountpaths of a target that lie on one file system share its space: it must count once.
struct Totals {
  std::uint64_t used = 0;
  std::uint64_t avail = 0;
  int most = 0;
  int least = 100;
  int sum = 0;
  int count = 0;

  void add(const FileSystemUsage& usage) {
    used += usage.used;
    avail += usage.avail;
    const int percent = usage.percent();
    most = std::max(most, percent);
    least = std::min(least, percent);
    sum += percent;
    ++count;
  }
};

Json memory_json(const MachineUsage& usage) {
  const auto available = std::min(usage.available, usage.total);
  return {{"Total", usage.total},
          {"Used", usage.total - std::min(usage.free, usage.total)},
          {"Free", usage.free},
          {"BuffCache", usage.cached},
          {"ActualFree", available},
          {"ActualUsed", usage.total - available},
          {"SwapTotal", usage.swap_total},
          {"SwapFree", usage.swap_free},
          {"SwapUsed", usage.swap_total - std::min(usage.swap_free, usage.swap_total)}};
}

Json process_json(const MachineUsage& usage) {
  return {
      {"CPU",
       {{"User", usage.user_ms},
        {"System", usage.system_ms},
        {"Total", usage.user_ms + usage.system_ms},
        {"LastTime", 0},
        {"Percent", usage.process_cpu}}},
      {"Mem", {{"Size", usage.process_size}, {"Resident", usage.process_resident}, {"Share", usage.process_shared}}}};
}

Json usage_json(const MachineUsage& usage) {
  const double part =
      usage.total == 0 ? 0 : static_cast<double>(usage.process_resident) / static_cast<double>(usage.total);
  return {{"mem_used", usage.process_resident},
          {"mem_avail", usage.available},
          {"pct_mem_used", part * 100},
          {"pct_cpu_used", usage.process_cpu},
          {"load_avg", {{"One", usage.load[0]}, {"Five", usage.load[1]}, {"Fifteen", usage.load[2]}}},
          {"cpu_util", usage.cpu_percent},
          {"mem", memory_json(usage)},
          {"proc", process_json(usage)}};
}

}  // namespace

NodeState::NodeState(const ClusterServices& services) : services_(services), started_(services.clock.now()) {
  for (const auto& mountpath : services_.store.mountpaths()) {
    file_systems_[mountpath.path] = file_system_of(mountpath.path);
  }
}

Json NodeState::state() const {
  const auto map = services_.map();
  const auto* primary = map->primary();
  const auto version = [](std::uint64_t number) { return Json{{"version", std::to_string(number)}}; };
  const auto identified = [&](std::uint64_t number) {
    return Json{{"uuid", map->identity().uuid}, {"version", std::to_string(number)}};
  };
  Json smap{{"Primary",
             {{"pub_url", primary != nullptr ? primary->public_net.url() : ""},
              {"control_url", primary != nullptr ? primary->intra_control.url() : ""},
              {"id", primary != nullptr ? primary->id : ""}}}};
  smap.update(identified(map->identity().version));
  return {{"smap", std::move(smap)}, {"bmd", identified(services_.buckets.snapshot()->version())},
          {"rmd", version(0)},       {"config", version(static_cast<std::uint64_t>(services_.config.version()))},
          {"etlmd", version(0)},     {"flags", kNodeStarted}};
}

Json NodeState::stats(const NodeInfo& node) {
  return {{"snode", node.json()}, {"tracker", tracker(node)}, {"capacity", capacity(node)}};
}

Json NodeState::status(const NodeInfo& node) {
  return {{"status", ""},
          {"deployment", "dev"},
          {"ais_version", services_.software_version},
          {"build_time", ""},
          {"k8s_pod_name", ""},
          {"snode", node.json()},
          {"tracker", tracker(node)},
          {"capacity", capacity(node)},
          {"cluster", state()},
          {"sys_info", usage_json(machine_usage())},
          {"smap_version", std::to_string(services_.map()->identity().version)}};
}

Json NodeState::system(const NodeInfo& node) const {
  auto document = usage_json(machine_usage());
  if (node.gateway) return document;
  Totals totals;
  std::set<std::string> seen;
  for (const auto& [path, system] : file_systems_) {
    if (seen.insert(system.id).second) totals.add(file_system_usage(path));
  }
  document["fs_used"] = std::to_string(totals.used);
  document["fs_capacity"] = std::to_string(totals.used + totals.avail);
  document["pct_fs_used"] = FileSystemUsage{.used = totals.used, .avail = totals.avail}.percent();
  return document;
}

Json NodeState::disks() {
  Json all = Json::object();
  for (const auto& [path, system] : file_systems_) {
    if (all.contains(system.disk)) continue;
    const auto rates = rates_.read(system.disk, services_.clock.now());
    all[system.disk] = {{"RBps", rates.read_bps},
                        {"Ravg", rates.average_read},
                        {"WBps", rates.write_bps},
                        {"Wavg", rates.average_write},
                        {"Util", rates.util}};
  }
  Json document{{"AllDiskStats", std::move(all)}};
  document.update(capacity({.id = services_.node.target_id}));
  return document;
}

Json NodeState::metric_kinds(const NodeInfo& node) {
  Json kinds = Json::object();
  for (const auto& [name, value] : tracker(node)) kinds[name] = metric_kind(name);
  return kinds;
}

Json NodeState::mountpaths() const {
  Json available = Json::array();
  for (const auto& [path, system] : file_systems_) available.push_back(path);
  return {{"available", std::move(available)}, {"waiting_dd", Json::array()}, {"disabled", Json::array()}};
}

std::map<std::string, std::int64_t> NodeState::tracker(const NodeInfo& node) {
  std::map<std::string, std::int64_t> values;
  for (auto& [name, value] : services_.metrics.tracker(node.gateway ? "ais_proxy_" : "ais_target_")) {
    values.emplace(std::move(name), value);
  }
  values["state.flags"] = static_cast<std::int64_t>(kNodeStarted);
  values["up.ns.time"] = uptime().count();
  if (node.gateway) return values;
  for (const auto& [path, system] : file_systems_) {
    const auto rates = rates_.read(system.disk, services_.clock.now());
    const std::string disk = "disk." + system.disk;
    values[disk + ".read.bps"] = static_cast<std::int64_t>(rates.read_bps);
    values[disk + ".write.bps"] = static_cast<std::int64_t>(rates.write_bps);
    values[disk + ".avg.rsize"] = static_cast<std::int64_t>(rates.average_read);
    values[disk + ".avg.wsize"] = static_cast<std::int64_t>(rates.average_write);
    values[disk + ".util"] = rates.util;
  }
  return values;
}

Json NodeState::capacity(const NodeInfo& node) const {
  Json mountpaths;  // null for a gateway
  Totals totals;
  std::set<std::string> seen;
  if (!node.gateway) {
    mountpaths = Json::object();
    for (const auto& mountpath : services_.store.mountpaths()) {
      const auto& system = file_systems_.at(mountpath.path);
      const auto usage = file_system_usage(mountpath.path);
      if (seen.insert(system.id).second) totals.add(usage);
      mountpaths[mountpath.path] = {{"mountpath_label", mountpath.label},
                                    {"fs", {{"Fs", system.source}, {"FsType", system.type}, {"FsID", system.id}}},
                                    {"disks", {system.disk}},
                                    {"used", std::to_string(usage.used)},
                                    {"avail", std::to_string(usage.avail)},
                                    {"pct_used", usage.percent()}};
    }
  }
  return {{"mountpaths", std::move(mountpaths)},
          {"cs_err", ""},
          {"total_used", std::to_string(totals.used)},
          {"total_avail", std::to_string(totals.avail)},
          {"pct_max", totals.most},
          {"pct_avg", totals.count == 0 ? 0 : totals.sum / totals.count},
          {"pct_min", totals.count == 0 ? 0 : totals.least}};
}

std::string_view metric_kind(std::string_view name) noexcept {
  if (name.ends_with(".n")) return "counter";
  if (name.ends_with(".size")) return "size";
  if (name.ends_with(".ns.total") || name.starts_with("getbatch.")) return "total";
  if (name == "up.ns.time") return "special";
  if (name.ends_with(".ns")) return "latency";
  if (name.starts_with("disk.") && name.ends_with(".bps")) return "compbw";
  if (name.ends_with(".bps")) return "bw";
  return "gauge";
}

}  // namespace bryo::kernel
