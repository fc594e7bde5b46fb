#include <CLI/CLI.hpp>
#include <memory>

#include "arguments.h"
#include "commands/commands.h"
#include "format.h"
#include "json_out.h"
#include "list_buckets.h"
#include "session.h"
#include "table.h"

namespace bryo::cli {
namespace {

struct LsOptions {
  std::string uri;
  std::string prefix;
  std::uint64_t limit = 0;
  bool details = false;
  bool flat = false;
  bool bytes = false;
};

/// Rows whose columns are aligned together; a listing of any length is printed in groups of these.
constexpr std::size_t kAlignedRows = 1000;

JsonOut json_of(const client::ListedObject& object, bool details) {
  JsonOut json{{"name", object.name}, {"size", object.size}};
  if (details) {
    json["checksum"] = object.checksum;
    json["atime"] = object.atime;
    json["version"] = object.version;
  }
  return json;
}

/// Prints objects as they arrive.
class Listing {
 public:
  Listing(Console& console, const LsOptions& options) : console_(console), options_(options) {}

  void add(const client::ListedObject& object) {
    ++count_;
    bytes_ += object.size;
    if (console_.json) {
      console_.print((count_ == 1 ? "[" : ",") + to_text(json_of(object, options_.details), -1));
      return;
    }
    std::string size = "-";
    if (!object.folder()) size = options_.bytes ? std::to_string(object.size) : show_size(object.size);
    rows_.push_back({object.name, std::move(size)});
    if (options_.details) {
      for (const auto* column : {&object.checksum, &object.version, &object.atime}) {
        rows_.back().push_back(column->empty() ? "-" : *column);
      }
    }
    if (rows_.size() == kAlignedRows) print_rows();
  }

  void finish() {
    if (console_.json) {
      console_.print(count_ == 0 ? "[]" : "]");
      return;
    }
    print_rows();
    if (console_.output_is_terminal()) {
      console_.note(std::to_string(count_) + " objects, " + show_size(bytes_));
    }
  }

 private:
  void print_rows() {
    if (rows_.empty()) return;
    Table table(options_.details ? std::vector<std::string>{"NAME", "SIZE", "CHECKSUM", "VERSION", "ACCESSED"}
                                 : std::vector<std::string>{"NAME", "SIZE"});
    for (auto& row : rows_) table.add(std::move(row));
    rows_.clear();
    table.print(console_);
  }

  Console& console_;
  const LsOptions& options_;
  std::vector<std::vector<std::string>> rows_;
  std::uint64_t count_ = 0;
  std::uint64_t bytes_ = 0;
};

Status list_objects(const LsOptions& options, Session& session) {
  const bool provider_only = options.uri.ends_with("://") || options.uri.ends_with(":");
  if (options.uri.empty() || provider_only) return print_buckets(session, options.uri);
  BRYO_TRY(uri, uri_argument(options.uri));
  if (!uri.object.empty() && !options.prefix.empty()) {
    return usage_error("a prefix after the bucket and --prefix exclude each other");
  }
  BRYO_TRY(client, session.client());
  client::ListOptions list{.prefix = uri.object.empty() ? options.prefix : uri.object, .recursive = !options.flat};
  if (options.details) list.props = "name,size,version,checksum,atime";
  // A short answer needs no page of ten thousand.
  if (options.limit > 0 && options.limit < 1000) list.page_size = static_cast<std::int64_t>(options.limit);
  client::ObjectIterator objects(client, uri.bucket, list);
  Listing listing(session.console(), options);
  for (std::uint64_t n = 0; options.limit == 0 || n < options.limit; ++n) {
    BRYO_TRY(object, objects.next());
    if (!object) break;
    listing.add(*object);
    if (session.console().output_gone()) break;
  }
  listing.finish();
  return {};
}

}  // namespace

Action declare_ls(CLI::App& app) {
  auto options = std::make_shared<LsOptions>();
  app.add_option("BUCKET[/PREFIX]", options->uri, "Nothing, or a provider as `ais:`, lists buckets");
  app.add_option("--prefix", options->prefix, "Only names that begin with this");
  app.add_option("--limit", options->limit, "At most so many");
  app.add_flag("-l,--long", options->details, "Also checksum, version and time of the last access");
  app.add_flag("--bytes", options->bytes, "Sizes as plain numbers");
  app.add_flag("--nr,--non-recursive", options->flat, "Names up to the next '/'");
  return [options](Session& session) { return list_objects(*options, session); };
}

}  // namespace bryo::cli
