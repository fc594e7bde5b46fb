#include "moss_xaction.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

namespace bryo::moss {
namespace {

/// "7.00B", "27.46KiB": IEC units with two decimals.
std::string size_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 6> kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  std::array<char, 48> text;
  const int n = std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f%s" : "%.2f%s", value, kUnits[unit]);
  return {text.data(), static_cast<std::size_t>(n)};
}

void put(std::string& out, const std::string& field) { out.append(out.empty() ? "" : " ").append(field); }

void put_counted(std::string& out, const char* name, std::uint64_t count, std::uint64_t bytes) {
  if (count != 0) put(out, std::string(name) + ":(" + std::to_string(count) + "," + size_text(bytes) + ")");
}

}  // namespace

XactionKind moss_xaction_kind() {
  return {.name = "get-batch",
          .doc = "Answers batches: many objects in one archive.",
          .id_prefix = "gbt-",
          .scope = XactionScope::Global,
          .startable = false,
          .on_demand = true};
}

std::string MossXaction::control_message() const {
  const auto& metrics = service_.metrics;
  std::string counters;
  if (const auto n = metrics.batches.value(); n != 0) put(counters, "reqs:" + std::to_string(n));
  if (const auto n = metrics.failed.value(); n != 0) put(counters, "errs:" + std::to_string(n));
  put_counted(counters, "objs", metrics.objects.value(), metrics.object_bytes.value());
  put_counted(counters, "files", metrics.files.value(), metrics.file_bytes.value());
  if (counters.empty()) return {};
  std::string out = "t[" + service_.host->node().target_id + "]:[" + counters + "]";
  if (const auto pending = service_.pending.taken(); pending > 0) {
    out += " job:[pending:(" + std::to_string(pending) + "," + std::to_string(*service_.options.max_pending) + ")]";
  }
  return out;
}

}  // namespace bryo::moss
