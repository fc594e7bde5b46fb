#include <CLI/CLI.hpp>
#include <memory>

#include "arguments.h"
#include "commands/commands.h"
#include "format.h"
#include "json_out.h"
#include "session.h"
#include "table.h"

namespace bryo::cli {
namespace {

struct ArchiveLsOptions {
  std::string uri;
  std::string prefix;
  std::uint64_t limit = 0;
  bool bytes = false;
};

/// Rows whose columns are aligned together.
constexpr std::size_t kAlignedTogether = 1000;

/// Prints shards and their members as they arrive.
class ShardListing {
 public:
  ShardListing(Console& console, bool bytes) : console_(console), bytes_(bytes) {}

  void add(const client::ListedObject& object) {
    ++count_;
    if (console_.json) {
      const JsonOut json{{"name", object.name}, {"size", object.size}, {"member", object.member()}};
      console_.print((count_ == 1 ? "[" : ",") + to_text(json, -1));
      return;
    }
    rows_.push_back(
        {(object.member() ? "    " : "") + object.name, bytes_ ? std::to_string(object.size) : show_size(object.size)});
    if (rows_.size() == kAlignedTogether) print_rows();
  }

  void finish() {
    if (!console_.json) return print_rows();
    console_.print(count_ == 0 ? "[]" : "]");
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

 private:
  void print_rows() {
    if (rows_.empty()) return;
    Table table({"NAME", "SIZE"});
    for (auto& row : rows_) table.add(std::move(row));
    rows_.clear();
    table.print(console_);
  }

  Console& console_;
  bool bytes_;
  std::vector<std::vector<std::string>> rows_;
  std::uint64_t count_ = 0;
};

/// "s.tar" asks for s.tar and its members, not for s.tar2 or s.tar.old.
bool is_asked_for(const client::ListedObject& object, const std::string& prefix) {
  if (!object.member() && !object.shard()) return false;
  if (!client::format_of_name(prefix)) return true;
  return object.name == prefix || object.name.starts_with(prefix + "/");
}

Status list_shards(const ArchiveLsOptions& options, Session& session) {
  BRYO_TRY(uri, uri_argument(options.uri));
  if (!uri.object.empty() && !options.prefix.empty()) {
    return usage_error("a prefix after the bucket and --prefix exclude each other");
  }
  const auto prefix = uri.object.empty() ? options.prefix : uri.object;
  BRYO_TRY(client, session.client());
  client::ObjectIterator objects(client, uri.bucket, {.prefix = prefix, .archives = true});
  ShardListing listing(session.console(), options.bytes);
  while (options.limit == 0 || listing.count() < options.limit) {
    BRYO_TRY(object, objects.next());
    if (!object) break;
    if (is_asked_for(*object, uri.object)) listing.add(*object);
    if (session.console().output_gone()) break;
  }
  listing.finish();
  if (listing.count() > 0 || uri.object.empty()) return {};
  return Error(Errc::NotFound, "no shard or member of " + uri.bucket.uri() + " begins with \"" + uri.object + "\"");
}

}  // namespace

Action declare_archive_ls(CLI::App& app) {
  auto options = std::make_shared<ArchiveLsOptions>();
  app.add_option("BUCKET[/SHARD[/PREFIX]]", options->uri, "A shard, or a prefix, which may reach into a shard")
      ->required();
  app.add_option("--prefix", options->prefix, "Only shards and members that begin with this");
  app.add_option("--limit", options->limit, "At most so many lines");
  app.add_flag("--bytes", options->bytes, "Sizes as plain numbers");
  return [options](Session& session) { return list_shards(*options, session); };
}

}  // namespace bryo::cli
