#include "sample_extensions.h"

#include <algorithm>

#include "console.h"

namespace bryo::cli {
namespace {

/// More warnings than this tell nobody anything.
constexpr std::uint64_t kWarned = 20;

bool has_extension(const SampleFile& file, std::string_view extension) {
  return std::string_view(file.name).substr(extension_at(file.name)) == extension;
}

bool is_wanted(const SampleFile& file, const std::vector<std::string>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const auto& one) { return has_extension(file, one); });
}

/// The first extension that no file has; empty if none.
std::string_view missing_in(const Sample& sample, const std::vector<std::string>& wanted) {
  for (const auto& one : wanted) {
    if (std::none_of(sample.files.begin(), sample.files.end(), [&](const auto& f) { return has_extension(f, one); }))
      return one;
  }
  return {};
}

/// What is wrong with a sample, as a sentence; empty = nothing.
std::string fault_of(const Sample& sample, const std::vector<std::string>& wanted) {
  if (const auto missing = missing_in(sample, wanted); !missing.empty())
    return "sample \"" + sample.key + "\" has no " + std::string(missing);
  for (const auto& file : sample.files) {
    if (!is_wanted(file, wanted)) return "sample \"" + sample.key + "\" has also " + file.name;
  }
  return {};
}

}  // namespace

Result<MissingAction> parse_missing_action(std::string_view option, std::string_view text) {
  if (text == "abort") return MissingAction::Abort;
  if (text == "warn") return MissingAction::Warn;
  if (text == "ignore") return MissingAction::Ignore;
  if (text == "exclude") return MissingAction::Exclude;
  return usage_error(std::string(option) + " \"" + std::string(text) + "\" is none of: abort, warn, ignore, exclude");
}

Result<std::uint64_t> check_extensions(std::vector<Sample>& samples, const std::vector<std::string>& wanted,
                                       MissingAction action, Console& console) {
  std::uint64_t faults = 0;
  for (auto& sample : samples) {
    const auto fault = fault_of(sample, wanted);
    if (fault.empty()) continue;
    if (action == MissingAction::Abort) {
      return Error(Errc::InvalidArgument, fault + ": complete it, or pass --missing exclude, warn or ignore");
    }
    if (action == MissingAction::Warn && faults < kWarned) console.warn(fault);
    ++faults;
    if (action != MissingAction::Exclude) continue;
    if (!missing_in(sample, wanted).empty()) {
      sample.files.clear();
    } else {
      std::erase_if(sample.files, [&](const auto& file) { return !is_wanted(file, wanted); });
    }
  }
  if (action == MissingAction::Warn && faults > kWarned) {
    console.warn(std::to_string(faults - kWarned) + " more samples have not exactly the wanted extensions");
  }
  std::erase_if(samples, [](const auto& sample) { return sample.files.empty(); });
  return faults;
}

}  // namespace bryo::cli
