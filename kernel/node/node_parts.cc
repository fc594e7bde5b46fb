#include <kernel/node/node_parts.h>

#include <kernel/cluster/absent_features.h>
#include <kernel/config/log_settings.h>
#include <kernel/config/node_document.h>
#include <kernel/memory/plugin_memory.h>
#include <kernel/node/node_host.h>
#include <kernel/node/run_on_loop.h>
#include <kernel/node/version.h>
#include <kernel/object/easy_url.h>

#include <nlohmann/json.hpp>

namespace bryo::kernel {
namespace {

/// The cluster configuration that the API changed, in the meta store.
constexpr const char* kConfigKey = "config";

HttpLimits http_limits(const NodeOptions& keys) {
  HttpLimits out;
  out.header_bytes = (*keys.max_header).bytes;
  out.connections = static_cast<std::size_t>(*keys.max_connections);
  out.header_timeout = *keys.header_timeout;
  out.idle_timeout = *keys.idle_timeout;
  out.body_stall = *keys.body_timeout;
  out.write_stall = *keys.send_timeout;
  out.copy_bytes = (*keys.sendfile_threshold).bytes;
  return out;
}

HttpServerConfig server_config(const NodeConfig& config, const NodeOptions& keys, const NodeIdentity& identity) {
  HttpServerConfig out;
  out.listen = {config.listen_public.text()};
  for (const ListenAddress& other : {config.listen_intra_control, config.listen_intra_data}) {
    if (other != config.listen_public) out.listen.push_back(other.text());
  }
  out.node = identity;
  out.limits = http_limits(keys);
  return out;
}

NodeUrl bound_url(const boost::asio::ip::tcp::endpoint& endpoint) {
  return {endpoint.address().to_string(), std::to_string(endpoint.port())};
}

}  // namespace

Status Node::Parts::declare() {
  cluster_config = std::make_unique<ClusterConfig>(configuration->options(), clock);
  BRYO_CHECK(declare_own());

  PluginHostConfig wanted;
  wanted.directory = config().plugin_dir.empty() ? default_plugin_directory() : config().plugin_dir;
  wanted.extra_directories = config().plugin_extra_dirs;
  wanted.enable = config().plugins_enabled;
  wanted.skip_refused = config().skip_refused_plugins;
  wanted.sha256 = config().plugin_sha256;
  wanted.safe_mode = safe_mode;
  wanted.show_all = show_all_plugins;
  wanted.meta_store = config().meta_store_kind;
  plugins = std::make_unique<PluginHost>(
      std::move(wanted), Registries{configuration->options(), metrics, router, archives, xactions, backends,
                                    meta_stores, hooks, plugin_services});
  BRYO_CHECK(plugins->declare_all());
  BRYO_CHECK(register_absent_features(router));
  BRYO_CHECK(meta_stores.check(config().meta_store_kind));
  return configuration->load_plugins(plugins->found());
}

Status Node::Parts::declare_own() {
  BRYO_TRY(declared, HttpMetrics::declare(metrics));
  http_metrics = std::move(declared);
  BRYO_TRY(declared_of_objects, ObjectMetrics::declare(metrics));
  object_metrics = declared_of_objects;
  BRYO_TRY(declared_of_indexes, IndexMetrics::declare(metrics));
  archives.count_in(declared_of_indexes);
  BRYO_CHECK(register_object_routes(router, object_api));
  BRYO_CHECK(register_bucket_routes(router, bucket_api));
  BRYO_CHECK(register_easy_urls(router, object_api, bucket_api));
  BRYO_CHECK(register_cluster_routes(router, cluster_api));
  return register_plugin_routes(router, plugin_api);
}

Status Node::Parts::open_own_directory() {
  BRYO_TRY(opened, DataDir::open(config().data_dir));
  data = std::move(opened);
  std::string id = config().id;
  if (id.empty()) {
    BRYO_TRY(kept, data->node_id());
    id = std::move(kept);
  }
  if (config().gateway) identity.gateway_id = id + "p";
  if (config().target) identity.target_id = id + "t";
  metrics.set_node_id(config().target ? identity.target_id : identity.gateway_id);

  // The level is in the cluster configuration, which is read further down; until then everything from info up counts.
  LogSettings settings;
  if (config().log_to_files) settings.directory = config().data_dir + "/log";
  BRYO_TRY(opened_log, Logger::open(settings));
  logger = std::move(opened_log);
  log = logger->component("node");
  log->info("starting", {{"version", kVersion}, {"id", id}, {"data_dir", data->path()}});

  loops = std::make_unique<EventLoops>(config().event_loops, *log);
  blocking = std::make_unique<ThreadPool>(ThreadPool::Limits{.threads = config().blocking_threads});
  memory = std::make_unique<MemoryBudget>(resolve_memory_budget(*keys().memory_budget));
  archives.start(*blocking, (*keys().shard_index_cache).bytes);
  server = std::make_unique<HttpServer>(server_config(config(), keys(), identity), router, *loops, *blocking, *log,
                                        *http_metrics);
  return server->bind();
}

Status Node::Parts::open_data() {
  BRYO_CHECK(open_meta_store());
  BRYO_CHECK(start_cluster_config());

  const auto endpoints = server->endpoints();
  const NodeUrl public_net = bound_url(endpoints.front());
  url = public_net.url();
  BRYO_TRY(first_map,
           run_on_loop(loops->at(0), ClusterMap::open(*meta, clock, identity, public_net, public_net, public_net)));
  cluster_config->set_identity(first_map->identity().uuid, url);
  const std::string uuid = first_map->identity().uuid;
  map.store(std::move(first_map));

  BRYO_TRY(opened_store, ObjectStore::open(config().store, *blocking, clock, *log));
  store = std::make_unique<RemoteStore>(std::move(opened_store), backends, *memory);
  const auto indexes_beside = [this](const OpenObject& archive) {
    return store->mountpath_of(archive).path + "/indexes";
  };
  archives.keep_indexes(std::make_unique<IndexFiles>(indexes_beside, (*keys().shard_index_disk).bytes, *log));
  if (hooks.any()) store = std::make_unique<HookedStore>(std::move(store), hooks, *log);
  BucketRegistry::Settings settings{uuid, identity.gateway_id, [this] { return cluster_config->document(); },
                                    &backends};
  BRYO_TRY(opened_buckets, run_on_loop(loops->at(0), BucketRegistry::open(*meta, clock, std::move(settings))));
  buckets = std::move(opened_buckets);
  xactions.start(*log, *buckets);
  BRYO_TRY(job_log, JobLog::open(config().data_dir + "/jobs.log", XactionRegistry::kHistory, clock, *log));
  xactions.keep(std::move(job_log), *blocking);
  BRYO_CHECK(run_on_loop(loops->at(0), finish_destroyed_buckets(*buckets, *store, *blocking)));
  make_handlers();
  return {};
}

Status Node::Parts::open_meta_store() {
  const std::string& kind = config().meta_store_kind;
  if (kind == MetaStoreRegistry::kEmbedded) {
    BRYO_TRY(opened, EmbeddedMetaStore::open(config().data_dir, *blocking, *log));
    meta = std::move(opened);
    return {};
  }
  meta_log = logger->component(kind);
  const MetaStorePlace place{config().data_dir + "/meta_" + kind, config().meta_store_endpoints, *blocking, clock,
                             *meta_log};
  BRYO_TRY(made, meta_stores.make(kind, place));
  meta = std::move(made);
  return {};
}

Status Node::Parts::start_cluster_config() {
  BRYO_TRY(stored, run_on_loop(loops->at(0), meta->get(kConfigKey)));
  const auto parsed = stored ? nlohmann::json::parse(stored->value, nullptr, false) : nlohmann::json();
  if (parsed.is_discarded()) {
    return Error(Errc::Internal, "the stored cluster configuration in " + config().data_dir + "/meta is damaged");
  }
  config_revision = stored ? stored->revision : 0;
  auto keep = [this](const nlohmann::json& document) -> Status {
    BRYO_TRY(revision, run_on_loop(loops->at(0), meta->put(kConfigKey, document.dump(), config_revision)));
    config_revision = revision;
    return {};
  };
  cluster_config->on_change([this] { apply_hot_settings(); });
  BRYO_TRY(notes, cluster_config->start(parsed, std::move(keep)));
  for (const std::string& note : notes) log->warning("configuration", {{"note", note}});

  apply_hot_settings();
  return {};
}

void Node::Parts::make_handlers() {
  const DataServices services{identity, *buckets, *store,    backends, archives,
                              xactions, *memory,  *blocking, clock,    *log};
  object_api.emplace(services, object_metrics);
  bucket_api.emplace(services, object_metrics);
  const ClusterServices cluster{identity,
                                *buckets,
                                *store,
                                metrics,
                                *cluster_config,
                                xactions,
                                *logger,
                                *blocking,
                                clock,
                                [this] { return map.load(); },
                                [this] { return node_document(config(), *cluster_config); },
                                kWireVersion};
  cluster_api.emplace(cluster);
  plugin_api.emplace(
      PluginServices{*plugins, *cluster_config, configuration->options(), [this] { return *keys().drain_timeout; }});
}

NodeServices Node::Parts::services() {
  return {identity, *buckets,  *store, archives,       xactions, [this] { return map.load(); },
          *memory,  *blocking, clock,  plugin_services};
}

Status Node::Parts::start_plugins() {
  for (const PluginDescription& plugin : plugins->describe()) {
    if (plugin.state == PluginState::Refused) log->error("a plugin was refused", {{"why", plugin.error}});
    if (plugin.state == PluginState::Skipped) log->warning("a plugin was skipped", {{"why", plugin.error}});
  }
  const auto make_host = [this](const PluginDescription& plugin,
                                const Option<Size>& limit) -> Result<std::unique_ptr<Host>> {
    BRYO_TRY(spool, DataDir::spool(config().spool_dir, plugin.name));
    auto share = std::make_unique<PluginMemory>(plugin.name, *memory, limit);
    return std::unique_ptr<Host>(std::make_unique<NodeHost>(services(), std::move(share),
                                                            logger->component(plugin.name),
                                                            HostedPlugin{plugin.name, plugin.needs, std::move(spool)}));
  };
  const auto report = [this](const LoopWatch::Hold& hold) {
    plugins->count_hold(hold.plugin);
    log->warning("an event loop was held: a call blocked or computed where it should have waited",
                 {{"plugin", hold.plugin}, {"ms", std::to_string(hold.held.count())}, {"where", hold.where}});
  };
  watch = std::make_unique<LoopWatch>(*loops, report);
  return plugins->start_all(make_host,
                            [this](Task<Status> task) { return run_on_loop(loops->at(0), std::move(task)); });
}

Status Node::Parts::listen() {
  BRYO_CHECK(server->start());
  BRYO_CHECK(data->announce(url));
  log->info("ready", {{"url", url}});
  return {};
}

void Node::Parts::apply_hot_settings() {
  archives.set_cache_limit((*keys().shard_index_cache).bytes);
  archives.set_max_index((*keys().shard_index_max).bytes);
  archives.set_disk_limit((*keys().shard_index_disk).bytes);
  server->set_limits(http_limits(keys()));
  memory->set_limit(resolve_memory_budget(*keys().memory_budget));
  const LogSettings settings = log_settings(config(), *cluster_config);
  logger->set_level(settings.level);
  logger->set_format(settings.format);
}

void Node::Parts::stop() {
  if (!loops) return;
  const Deadline deadline = Deadline::after(*keys().drain_timeout);
  if (server) {
    if (auto drained = server->drain(deadline, [this] { plugins->cancel_calls(); }); !drained)
      log->warning(drained.error().message());
  }
  xactions.stop_all();
  plugins->stop_all(
      deadline, [this](Task<void> task) { run_on_loop(loops->at(0), std::move(task)); }, *log);
  watch.reset();
  if (blocking) blocking->stop();
  xactions.flush();
  if (auto stopped = loops->stop(deadline); !stopped) log->warning(stopped.error().message());
  server.reset();
  log->info("stopped");
  logger->flush();
  loops.reset();
}

}  // namespace bryo::kernel
