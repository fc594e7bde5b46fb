#include <CLI/CLI.hpp>
#include <memory>

#include "arguments.h"
#include "batch_archive.h"
#include "batch_entries.h"
#include "batch_spec.h"
#include "commands/commands.h"
#include "overwrite.h"
#include "session.h"

namespace bryo::cli {
namespace {

struct GetBatchOptions {
  std::vector<std::string> positional;
  std::string list;
  std::string name_template;
  std::string prefix;
  std::string spec;
  bool continue_on_error = false;
  bool streaming = false;
  bool only_object_name = false;
  int colocation = 0;
  BatchArchiveOptions archive;
  /// Which of the flags above were given: those win over the specification.
  const CLI::Option* continue_flag = nullptr;
  const CLI::Option* streaming_flag = nullptr;
  const CLI::Option* name_flag = nullptr;
  const CLI::Option* colocation_option = nullptr;
};

/// A value that the command line and the specification may both give.
template <class T>
T chosen(const CLI::Option* flag, const T& given, const std::optional<T>& spec, const std::string& name,
         Console& console) {
  if (flag->count() == 0) return spec.value_or(given);
  if (spec && *spec != given) console.warn(name + " wins over the specification");
  return given;
}

/// DST's extension, or the specification where DST has none.
Result<client::ArchiveFormat> choose_format(const std::string& destination, const BatchSpec& spec) {
  const bool nameless = destination == "-" || destination.starts_with("/dev/");
  if (nameless) return spec.format.value_or(client::ArchiveFormat::Tar);
  const auto format = client::format_of_name(destination);
  if (!format) {
    return usage_error("unknown archive extension of \"" + destination +
                       "\": name it .tar, .tgz, .tar.gz, .zip or .tar.lz4, or write to - (standard output)");
  }
  const auto same = [](client::ArchiveFormat a, client::ArchiveFormat b) {
    const auto plain = [](client::ArchiveFormat f) {
      return f == client::ArchiveFormat::TarGz ? client::ArchiveFormat::Tgz : f;
    };
    return plain(a) == plain(b);
  };
  if (spec.format && !same(*spec.format, *format)) {
    return usage_error("\"" + destination + "\" says " + std::string(client::extension_of(*format)) +
                       ", the specification says " + std::string(client::extension_of(*spec.format)) +
                       ": rename one of them");
  }
  return *format;
}

Status add_entries(const GetBatchOptions& options, const client::ObjectUri* source, const client::Client& client,
                   client::BatchRequest& request) {
  const auto append = [&request](Result<std::vector<client::BatchEntry>> more) -> Status {
    if (!more) return more.error();
    std::move(more->begin(), more->end(), std::back_inserter(request.entries));
    return {};
  };
  const bool by_flag = !options.list.empty() || !options.name_template.empty() || !options.prefix.empty();
  if (source == nullptr) {
    if (by_flag) return usage_error("--list, --template and --prefix need the BUCKET before DST");
    return {};
  }
  if (by_flag && !source->object.empty()) {
    return usage_error("\"" + source->object +
                       "\" after the bucket and --list, --template or --prefix exclude each other");
  }
  if (!options.list.empty()) return append(entries_of_list(options.list));
  if (!options.name_template.empty()) return append(entries_of_template(options.name_template));
  if (!options.prefix.empty()) return append(entries_of_prefix(client, source->bucket, options.prefix));
  if (source->object.ends_with('/')) return append(entries_of_prefix(client, source->bucket, source->object));
  if (!source->object.empty()) return append(entries_of_name(source->object));
  return {};
}

Status get_batch(const GetBatchOptions& options, Session& session) {
  if (options.positional.empty() || options.positional.size() > 2) {
    return usage_error("expected [BUCKET[/NAME]] DST: bryo ml get-batch ais://images out.tar --list \"a.jpg, b.jpg\"");
  }
  const auto& destination = options.positional.back();
  if (destination.find("://") != std::string::npos) {
    return usage_error("DST is missing after \"" + destination + "\": name the archive to write, e.g. out.tar");
  }
  BatchSpec spec;
  if (!options.spec.empty()) {
    BRYO_TRY(text, load_batch_spec(options.spec));
    auto parsed = parse_batch_spec(text);
    if (!parsed) return usage_error(parsed.error().message());
    spec = std::move(*parsed);
  }
  std::optional<client::ObjectUri> source;
  if (options.positional.size() == 2) {
    BRYO_TRY(uri, uri_argument(options.positional.front()));
    source = std::move(uri);
  }
  auto& console = session.console();
  client::BatchRequest request;
  if (source) request.bucket = source->bucket;
  BRYO_TRY(format, choose_format(destination, spec));
  request.format = format;
  request.continue_on_error =
      chosen(options.continue_flag, options.continue_on_error, spec.continue_on_error, "--cont-on-err", console);
  request.streaming = chosen(options.streaming_flag, options.streaming, spec.streaming, "--streaming", console);
  request.only_object_name =
      chosen(options.name_flag, options.only_object_name, spec.only_object_name, "--omit-src-bck", console);
  request.colocation = chosen(options.colocation_option, options.colocation, spec.colocation, "--coloc", console);
  request.entries = std::move(spec.entries);
  BRYO_TRY(client, session.client());
  BRYO_CHECK(add_entries(options, source ? &*source : nullptr, client, request));
  if (request.entries.empty()) {
    return usage_error("nothing to get: give BUCKET/NAME, --list, --template, --prefix or --spec");
  }
  BRYO_TRY(agreed, may_overwrite(destination, options.archive.yes, console));
  if (!agreed) return {};
  return write_batch_archive(client, request, destination, options.archive, session);
}

}  // namespace

Action declare_ml_get_batch(CLI::App& app) {
  auto options = std::make_shared<GetBatchOptions>();
  auto* o = options.get();
  app.add_option("[BUCKET[/NAME]] DST", o->positional,
                 "What to get, and the archive to write: .tar .tgz .tar.gz .zip .tar.lz4, or - (standard output). "
                 "NAME may hold ranges {0001..0009..2} and members shard.tar/x.jpg; with '/' at its end it is a prefix")
      ->required();
  auto* list = app.add_option("--list", o->list, "Names, separated by commas");
  auto* pattern =
      app.add_option("--template", o->name_template, "Names with ranges: x-{0001..0009..2}-{1..2}, x-@0100");
  auto* prefix = app.add_option("--prefix", o->prefix, "All objects that begin with this");
  auto* spec =
      app.add_option("-f,--spec", o->spec, "The batch as JSON or YAML: a file, - (standard input), or the text itself");
  list->excludes(pattern)->excludes(prefix)->excludes(spec);
  pattern->excludes(prefix)->excludes(spec);
  prefix->excludes(spec);
  o->continue_flag =
      app.add_flag("--cont-on-err,!--no-cont-on-err", o->continue_on_error,
                   "An entry that fails becomes an empty member __404__/...; without it the batch fails");
  o->streaming_flag =
      app.add_flag("--streaming,!--no-streaming", o->streaming,
                   "The archive at once, as members are read; without it their sizes and errors come first");
  o->name_flag =
      app.add_flag("--omit-src-bck,!--no-omit-src-bck", o->only_object_name, "Member names without the bucket");
  o->colocation_option =
      app.add_option("--coloc", o->colocation, "1: the node that owns most of the entries answers; 0: any")
          ->check(CLI::Range(0, 2));
  declare_batch_archive_options(app, o->archive);
  return [options](Session& session) { return get_batch(*options, session); };
}

}  // namespace bryo::cli
