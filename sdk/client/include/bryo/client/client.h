#pragma once

/// Requests to a Bryo node or an AIStore cluster, typed.

#include <bryo/client/batch_reader.h>
#include <bryo/client/batch_request.h>
#include <bryo/client/byte_stream.h>
#include <bryo/client/cluster.h>
#include <bryo/client/job.h>
#include <bryo/client/listing.h>
#include <bryo/client/object.h>
#include <bryo/client/options.h>
#include <bryo/client/transport.h>
#include <bryo/names.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bryo::client {

/// A value: copies share connections and may be used by several threads at once. Calls block. Errors of the server come
/// with its message, status and tcode; see also `Transport::send`. Redirects are followed with method, headers and
/// body.
class Client {
 public:
  /// Sends nothing. Fails if the endpoint is no URL. `transport` null = libcurl.
  static Result<Client> open(ClientOptions options = {}, std::shared_ptr<Transport> transport = {});

  /// The same client under other call options.
  [[nodiscard]] Client with(CallOptions options) const;
  [[nodiscard]] const std::string& endpoint() const noexcept;

  Result<Health> health() const;
  Result<ClusterMap> cluster_map() const;
  Result<NodeStatus> node_status(const std::string& node_id) const;

  /// Conflict if it exists.
  Status create_bucket(const BucketName& bucket) const;
  Status destroy_bucket(const BucketName& bucket) const;
  /// The bucket's properties, as JSON (http-buckets.md section 3).
  Result<std::string> bucket_props(const BucketName& bucket) const;
  /// Of all providers, or one.
  Result<std::vector<BucketName>> list_buckets(std::string_view provider = {}) const;

  Result<ObjectInfo> put_object(const BucketName& bucket, std::string_view object, BodySource& body,
                                const PutOptions& options = {}) const;
  Result<ObjectReader> get_object(const BucketName& bucket, std::string_view object,
                                  const GetOptions& options = {}) const;
  /// Adds `body` as member `archpath` to the end of a shard; readers see the shard before or after. `mime` (".tar") is
  /// needed only where the object's name does not tell the format.
  Status append_to_shard(const BucketName& bucket, std::string_view object, std::string_view archpath, BodySource& body,
                         AppendMode mode, std::string_view mime = {}) const;
  Result<ObjectInfo> head_object(const BucketName& bucket, std::string_view object) const;
  Status remove_object(const BucketName& bucket, std::string_view object) const;

  /// One page; `previous` null = the first.
  Result<ListPage> list_page(const BucketName& bucket, const ListOptions& options,
                             const ListPage* previous = nullptr) const;

  /// Starts the job that packs objects into one shard; answers its id. The shard appears when the job is done.
  Result<std::string> archive_objects(const BucketName& source, const ArchiveJob& job) const;

  Result<std::vector<JobSnapshot>> jobs(const JobFilter& filter = {}) const;
  Result<JobStatus> job_status(const std::string& id) const;

  /// The plugins of the node asked, as JSON: a list.
  Result<std::string> plugins() const;
  /// One of them with what it contributes and its options. NotFound with the nearest name.
  Result<std::string> plugin(std::string_view name) const;
  /// "drain" or "start"; `timeout` ("10s", empty: the node's) is how long a drain lets running calls go on. Answers
  /// what `plugin` would.
  Result<std::string> plugin_action(std::string_view name, std::string_view action,
                                    std::string_view timeout = {}) const;
  /// All or none, kept over restarts. Answers what `plugin` would.
  Result<std::string> set_plugin_options(std::string_view name,
                                         const std::vector<std::pair<std::string, std::string>>& options) const;

  /// Returns when the answer has begun; a refused batch fails here, one that fails later in BatchReader.
  Result<BatchReader> get_batch(const BatchRequest& request) const;

 private:
  class Requests;
  Client(std::shared_ptr<const Requests> requests, CallOptions options)
      : requests_(std::move(requests)), call_(std::move(options)) {}
  std::shared_ptr<const Requests> requests_;
  CallOptions call_;
};

/// Walks a listing page by page.
class ObjectIterator {
 public:
  ObjectIterator(Client client, BucketName bucket, ListOptions options)
      : client_(std::move(client)), bucket_(std::move(bucket)), options_(std::move(options)) {}

  /// The next object in byte order of names; nothing = the end. After a failure the next call asks for the page again.
  Result<std::optional<ListedObject>> next();

 private:
  Client client_;
  BucketName bucket_;
  ListOptions options_;
  std::optional<ListPage> page_{};
  std::size_t at_ = 0;
};

}  // namespace bryo::client
