#include <kernel/config/node_config.h>

namespace bryo::kernel {
namespace {

using namespace std::chrono_literals;

/// Declares keys of one section and remembers the first refusal.
class SectionOf {
 public:
  SectionOf(OptionRegistry& registry, Status& status, std::string_view section, std::string doc)
      : registry_(registry), status_(status), section_(section) {
    registry_.describe(section, std::move(doc));
  }

  template <class T>
  Option<T> add(OptionSpec<T> spec) {
    const T fallback = spec.default_value;
    auto cell = registry_.add(section_, std::move(spec));
    if (cell) return Option<T>(*std::move(cell));
    if (status_) status_ = cell.error();
    return Option<T>::fixed(fallback);
  }

 private:
  OptionRegistry& registry_;
  Status& status_;
  std::string_view section_;
};

void declare_identity(NodeOptions& o, OptionRegistry& registry, Status& status) {
  SectionOf node(registry, status, "node", "What this node is and where it keeps its data.");
  o.id = node.add<std::string>({.key = "id",
                                .default_value = "",
                                .doc = "Name of the node: 2 to 62 letters, digits, '-' or '_'; empty: made at the "
                                       "first start and kept in data_dir."});
  o.roles = node.add<std::vector<std::string>>(
      {.key = "roles",
       .default_value = {"gateway", "target"},
       .choices = {"gateway", "target"},
       .doc =
           "A gateway answers cluster and listing calls and redirects data calls, a target owns data; one node alone "
           "has both."});
  o.data_dir =
      node.add<std::string>({.key = "data_dir",
                             .default_value = "/var/lib/bryo",
                             .doc = "Directory of the node's id, embedded meta store, spool and, without "
                                    "[[node.mountpath]], objects; a relative path starts at the file's directory."});
  o.durability = node.add<std::string>(
      {.key = "durability",
       .default_value = "auto",
       .choices = {"auto", "strict", "relaxed"},
       .doc =
           "When an object counts as written: strict syncs data and directory before the answer, relaxed leaves it to "
           "the "
           "operating system, auto is strict where this copy is the only one; the bucket feature Fsync-PUT is strict "
           "there whatever stands here."});
  o.log_to =
      node.add<std::string>({.key = "log_to",
                             .default_value = "stderr",
                             .choices = {"stderr", "files"},
                             .doc = "Where the log goes: standard error, or files in data_dir/log that are rotated "
                                    "by max_size and max_total of [cluster.log]."});

  SectionOf listen(registry, status, "node.listen",
                   "Addresses to listen on, as host:port; port 0 lets the system choose.");
  o.listen_public = listen.add<std::string>(
      {.key = "public", .default_value = "127.0.0.1:8080", .doc = "Address for clients; loopback unless set."});
  o.listen_intra_control =
      listen.add<std::string>({.key = "intra_control",
                               .default_value = "",
                               .doc = "Address for control messages of other nodes; empty: same as public."});
  o.listen_intra_data = listen.add<std::string>(
      {.key = "intra_data", .default_value = "", .doc = "Address for data from other nodes; empty: same as public."});
}

void declare_bounds(NodeOptions& o, OptionRegistry& registry, Status& status) {
  SectionOf threads(registry, status, "node.threads", "Threads of the process.");
  o.event_loops = threads.add<std::int64_t>({.key = "event_loops",
                                             .default_value = 0,
                                             .min = 0,
                                             .max = 256,
                                             .doc = "Threads that serve sockets; 0: one for each core."});
  o.blocking_threads = threads.add<std::int64_t>(
      {.key = "blocking",
       .default_value = 0,
       .min = 0,
       .max = 1024,
       .doc = "Threads for what may block (cold disk reads, compression); 0: four for each core, at least 8."});

  SectionOf http(registry, status, "node.http", "Limits of the HTTP server.");
  o.max_header = http.add<Size>({.key = "max_header",
                                 .default_value = 64_KiB,
                                 .min = 4_KiB,
                                 .max = 1_MiB,
                                 .doc = "Bytes of request line and headers; more is answered 431.",
                                 .hot = true});
  o.max_connections = http.add<std::int64_t>({.key = "max_connections",
                                              .default_value = 10'000,
                                              .min = 1,
                                              .max = 1'000'000,
                                              .doc = "Open client connections; further ones wait until one closes.",
                                              .hot = true});
  o.header_timeout = http.add<Duration>({.key = "header_timeout",
                                         .default_value = 10s,
                                         .min = 100ms,
                                         .max = 10min,
                                         .doc = "Time from the first byte of a request to the end of its headers.",
                                         .hot = true});
  o.idle_timeout = http.add<Duration>({.key = "idle_timeout",
                                       .default_value = 2min,
                                       .min = 1s,
                                       .max = 24h,
                                       .doc = "Time that a connection may wait for its next request.",
                                       .hot = true});
  o.body_timeout =
      http.add<Duration>({.key = "body_timeout",
                          .default_value = 30s,
                          .min = 1s,
                          .max = 1h,
                          .doc = "Time without a byte while a request's body arrives; then it is answered 408.",
                          .hot = true});
  o.send_timeout =
      http.add<Duration>({.key = "send_timeout",
                          .default_value = 30s,
                          .min = 1s,
                          .max = 1h,
                          .doc = "Time without progress while a client reads its answer; then it is cut off.",
                          .hot = true});
  o.drain_timeout = http.add<Duration>({.key = "drain_timeout",
                                        .default_value = 20s,
                                        .min = 0s,
                                        .max = 1h,
                                        .doc = "Time that running requests have when the node stops.",
                                        .hot = true});
  o.sendfile_threshold = http.add<Size>(
      {.key = "sendfile_threshold",
       .default_value = 128_KiB,
       .min = 4_KiB,
       .max = 1_GiB,
       .doc = "Objects at least as large go from file to socket in the kernel, smaller ones through a buffer.",
       .hot = true});

  SectionOf memory(registry, status, "node.memory", "Memory for requests under way.");
  o.memory_budget =
      memory.add<Size>({.key = "budget",
                        .default_value = Size{0},
                        .min = Size{0},
                        .doc = "Bytes that requests may reserve together, beyond it new ones are answered "
                               "429; 0: a quarter of the machine's memory.",
                        .hot = true});

  SectionOf spool(registry, status, "node.spool", "Temporary files of plugins.");
  o.spool_dir = spool.add<std::string>({.key = "dir",
                                        .default_value = "",
                                        .doc = "Directory of the temporary files; empty: data_dir/spool. A plugin NAME "
                                               "has NAME in it, emptied at the start."});

  SectionOf store(registry, status, "node.store", "The object store of a target.");
  o.open_files = store.add<std::int64_t>(
      {.key = "open_files",
       .default_value = 0,
       .min = 0,
       .max = 10'000'000,
       .doc = "Objects kept open for the next reader; 0: half of the process's limit of descriptors."});
  o.listing_cache = store.add<Size>({.key = "listing_cache",
                                     .default_value = 24_MiB,
                                     .min = Size{0},
                                     .max = Size{1ull << 40},
                                     .doc = "Bytes of memory for names and metadata of objects, so that a listing with "
                                            "checksums reads them from the disk once; about 100 bytes an object."});
  o.upload_limit = store.add<std::int64_t>(
      {.key = "upload_limit",
       .default_value = 10'000,
       .min = 1,
       .max = 1'000'000,
       .doc = "Appends and multipart uploads that may be under way at a time; further ones are answered 429."});
  o.upload_age = store.add<Duration>(
      {.key = "upload_age",
       .default_value = 24h,
       .min = 1min,
       .max = 8760h,
       .doc = "Time without a request after which an append or multipart upload is given up and its pieces deleted."});
  o.shard_index_cache = store.add<Size>({.key = "shard_index_cache",
                                         .default_value = 256_MiB,
                                         .min = Size{0},
                                         .max = Size{1ull << 40},
                                         .doc = "Bytes of memory for the member indexes of archives.",
                                         .hot = true});
  o.shard_index_max = store.add<Size>({.key = "shard_index_max",
                                       .default_value = 256_MiB,
                                       .min = Size{1 << 20},
                                       .max = Size{4ull << 30},
                                       .doc = "Most bytes that the member index of one archive may take, some 30 and "
                                              "the name for each member; an archive with more members is refused.",
                                       .hot = true});
  o.shard_index_disk =
      store.add<Size>({.key = "shard_index_disk",
                       .default_value = 16_GiB,
                       .min = Size{0},
                       .doc = "Most bytes of one mountpath for the member indexes of its archives; those "
                              "not used for longest go first. 0: none is kept on disk.",
                       .hot = true});
}

void declare_parts(NodeOptions& o, OptionRegistry& registry, Status& status) {
  SectionOf meta(registry, status, "meta_store", "Where the cluster's metadata lives.");
  o.meta_store_kind = meta.add<std::string>({.key = "kind",
                                             .default_value = "embedded",
                                             .doc = "embedded: files in data_dir, for one node; else the name of a "
                                                    "meta store that an enabled plugin provides."});
  o.meta_store_endpoints = meta.add<std::vector<std::string>>({.key = "endpoints",
                                                               .default_value = {"http://127.0.0.1:2379"},
                                                               .doc = "Addresses for a meta store that is elsewhere."});

  SectionOf plugins(registry, status, "plugins", "Which plugins run.");
  o.plugin_dir =
      plugins.add<std::string>({.key = "dir",
                                .default_value = "",
                                .doc = "Directory of the plugins; empty: ../lib/bryo/plugins from the executable."});
  o.plugin_extra_dirs = plugins.add<std::vector<std::string>>(
      {.key = "extra_dirs", .default_value = {}, .doc = "Further directories, for plugins of others."});
  o.plugins_enabled = plugins.add<std::vector<std::string>>(
      {.key = "enable",
       .default_value = {"moss", "archive_tar", "archive_tgz", "archive_zip", "archive_tar_lz4", "archive_job",
                         "shard_index", "copy_objects", "delete_objects", "promote", "remote_objects", "rename_bucket"},
       .doc = "Plugins that run; a plugin NAME is configured in [plugin.NAME]."});
  o.plugin_sha256 = plugins.add<std::vector<std::string>>(
      {.key = "sha256",
       .default_value = {},
       .doc = "Files that may be loaded, as NAME=SHA256; a plugin that is not listed may have any file."});
  o.plugin_on_error =
      plugins.add<std::string>({.key = "on_error",
                                .default_value = "fail",
                                .choices = {"fail", "skip"},
                                .doc = "When an enabled plugin is refused: fail the start, or skip it with "
                                       "an error in the log."});
}

}  // namespace

Result<NodeOptions> NodeOptions::declare(OptionRegistry& registry) {
  NodeOptions options;
  Status status;
  declare_identity(options, registry, status);
  declare_bounds(options, registry, status);
  declare_parts(options, registry, status);
  registry.set_aside("node.mountpath");
  BRYO_CHECK(status);
  return options;
}

}  // namespace bryo::kernel
