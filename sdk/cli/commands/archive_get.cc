#include <bryo/client/output_file.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "arguments.h"
#include "commands/commands.h"
#include "format.h"
#include "member_extraction.h"
#include "overwrite.h"
#include "progress.h"
#include "received.h"
#include "session.h"

namespace bryo::cli {
namespace {

struct ArchiveGetOptions {
  std::string uri;
  std::string destination;
  std::string archpath;
  std::string regex;
  std::string prefix;
  std::string suffix;
  std::string substring;
  std::string wdskey;
  std::string archregx;
  std::string archmode;
  bool force = false;
};

/// One member, or those that match.
struct Wanted {
  BucketName bucket;
  std::string shard;
  std::string archpath{};
  client::MemberMatch match{};  ///< if `archpath` is empty
};

Result<Wanted> wanted_of(const ArchiveGetOptions& options) {
  BRYO_TRY(uri, uri_argument(options.uri));
  auto path = client::split_shard_path(uri.object);
  if (path.object.empty() || path.object.ends_with('/')) {
    return usage_error("\"" + options.uri + "\" names no shard: bryo archive get BUCKET/SHARD[/MEMBER]");
  }
  std::vector<client::MemberMatch> asked;
  if (!options.archregx.empty()) {
    asked.push_back({options.archmode.empty() ? "regexp" : options.archmode, options.archregx});
  } else if (!options.archmode.empty()) {
    return usage_error("--archmode says how --archregx TEXT is meant: give both");
  }
  for (const auto& [mode, pattern] : {std::pair("regexp", &options.regex),
                                      {"prefix", &options.prefix},
                                      {"suffix", &options.suffix},
                                      {"substr", &options.substring},
                                      {"wdskey", &options.wdskey}}) {
    if (!pattern->empty()) asked.push_back({mode, *pattern});
  }
  const auto& member = options.archpath.empty() ? path.archpath : options.archpath;
  if (!member.empty() && member.ends_with('/')) {
    asked.push_back({"prefix", member});
  } else if (!member.empty()) {
    if (!asked.empty()) return usage_error("a member and a selection exclude each other");
    return Wanted{uri.bucket, std::move(path.object), member};
  }
  if (asked.size() > 1) {
    return usage_error("only one of --regex, --prefix, --suffix, --substring, --wdskey and --archregx");
  }
  if (asked.empty()) asked.push_back({"regexp", ".*"});
  return Wanted{uri.bucket, std::move(path.object), {}, std::move(asked.front())};
}

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return path.ends_with('/') || std::filesystem::is_directory(path, ignored);
}

/// The archive that is written at `destination`; nothing = a folder of files. Fails where a file is in the folder's
/// way.
Result<std::optional<client::ArchiveFormat>> format_of_destination(const std::string& destination) {
  using Format = std::optional<client::ArchiveFormat>;
  if (is_folder(destination)) return Format();
  if (const auto named = client::format_of_name(destination)) return Format(named);
  std::error_code ignored;
  const auto status = std::filesystem::status(destination, ignored);
  if (std::filesystem::is_regular_file(status)) {
    return Error(Errc::Conflict, destination + " is a file, where a folder would take the members: name a folder, or " +
                                     "an archive as " + destination + ".tar");
  }
  // A pipe or a device (/dev/null) takes one stream.
  return std::filesystem::exists(status) ? Format(client::ArchiveFormat::Tar) : Format();
}

std::string source_of(const Wanted& wanted) {
  return wanted.bucket.uri() + "/" + wanted.shard + (wanted.archpath.empty() ? "" : "/" + wanted.archpath);
}

Status get_member(const ArchiveGetOptions& options, const Wanted& wanted, const client::Client& client,
                  Session& session) {
  const bool to_output = options.destination == "-";
  const auto path = local_path(options.destination, wanted.archpath);
  if (!to_output) {
    BRYO_TRY(agreed, may_overwrite(path, options.force, session.console()));
    if (!agreed) return {};
  }
  BRYO_TRY(member, client.get_object(wanted.bucket, wanted.shard, {.archpath = wanted.archpath}));
  Progress progress(session.console(), "members", 1, member.size().value_or(0));
  if (to_output) return receive_into_output(member, progress, session.console());
  BRYO_CHECK(receive_into_file(member, path, progress));
  report_received(session.console(), "member", source_of(wanted), path, progress, 0);
  return {};
}

Status get_matching(const ArchiveGetOptions& options, const Wanted& wanted, const client::Client& client,
                    Session& session) {
  auto& console = session.console();
  auto destination = options.destination;
  if (destination.empty()) {
    const auto name = local_path({}, wanted.shard);
    const auto format = client::format_of_name(name);
    destination = format ? name.substr(0, name.size() - client::extension_of(*format).size()) : name + ".members";
  }
  const bool to_output = destination == "-";
  std::optional<client::ArchiveFormat> format;
  if (!to_output) {
    BRYO_TRY(written_as, format_of_destination(destination));
    format = written_as;
  }
  if (format) {
    BRYO_TRY(agreed, may_overwrite(destination, options.force, console));
    if (!agreed) return {};
  }
  BRYO_TRY(tar, client.get_object(wanted.bucket, wanted.shard, {.match = wanted.match}));
  Progress progress(console, "members", 0, 0);
  if (to_output) return receive_into_output(tar, progress, console);
  if (format) {
    BRYO_TRY(file, client::OutputFile::create(destination));
    BRYO_TRY(members, repack_members(tar, *format, file, progress));
    static_cast<void>(members);
    BRYO_CHECK(file.commit());
    report_received(console, "member", source_of(wanted), destination, progress, 0);
    return {};
  }
  BRYO_TRY(extracted, extract_members(tar, destination, options.force, console, progress));
  report_received(console, "member", source_of(wanted), destination, progress, extracted.refused);
  if (extracted.refused > 0) return Error(Errc::Io, count_of(extracted.refused, "member") + " not written");
  return {};
}

Status run_archive_get(const ArchiveGetOptions& options, Session& session) {
  BRYO_TRY(wanted, wanted_of(options));
  BRYO_TRY(client, session.client());
  if (!wanted.archpath.empty()) return get_member(options, wanted, client, session);
  return get_matching(options, wanted, client, session);
}

}  // namespace

Action declare_archive_get(CLI::App& app) {
  auto options = std::make_shared<ArchiveGetOptions>();
  app.add_option("BUCKET/SHARD[/MEMBER]", options->uri,
                 "A member, everything below SHARD/FOLDER/, or all members of the shard")
      ->required();
  app.add_option(
      "DESTINATION", options->destination,
      "For a member: file, folder, or - (standard output). For several: a folder, an archive to make "
      "(.tar .tgz .tar.gz .zip .tar.lz4), or - or a device (a TAR); default: a folder called like the shard");
  app.add_option("--archpath", options->archpath, "The member, where the object's name has no extension");
  app.add_option("--regex", options->regex, "Members whose names match an expression");
  app.add_option("--prefix", options->prefix, "Members whose names begin with this");
  app.add_option("--suffix", options->suffix, "Members whose names end with this");
  app.add_option("--substring", options->substring, "Members whose names hold this");
  app.add_option("--wdskey", options->wdskey, "The members of a WebDataset sample: NAME without the extension");
  app.add_option("--archregx", options->archregx, "With --archmode: another way to write the five above");
  app.add_option("--archmode", options->archmode, "How --archregx is meant; default: regexp")
      ->check(CLI::IsMember({"regexp", "prefix", "suffix", "substr", "wdskey"}));
  app.add_flag("--force,-y,--yes", options->force, "Overwrite files without asking");
  return [options](Session& session) { return run_archive_get(*options, session); };
}

}  // namespace bryo::cli
