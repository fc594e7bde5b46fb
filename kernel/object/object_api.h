#pragma once

/// The calls on one object: `/v1/objects/BUCKET/OBJECT` (http-objects.md).

#include <bryo/http.h>
#include <kernel/http/router.h>
#include <kernel/object/append_handle.h>
#include <kernel/object/data_services.h>
#include <kernel/object/head_props.h>
#include <kernel/object/object_address.h>
#include <kernel/object/object_location.h>
#include <kernel/object/object_metrics.h>
#include <kernel/object/preconditions.h>
#include <kernel/object/put_member.h>
#include <kernel/object/read_options.h>
#include <kernel/store/uploads.h>
#include <kernel/wire/byte_range.h>
#include <nlohmann/json_fwd.hpp>

#include <optional>

namespace bryo::kernel {

/// Thread-safe: all state is in the collaborators. Each method answers one verb.
class ObjectApi {
 public:
  ObjectApi(DataServices services, ObjectMetrics metrics)
      : services_(services), metrics_(metrics), locations_(services.node.target_id, services.store.mountpaths()) {}

  Task<Result<Response>> get(Request& request);
  Task<Result<Response>> head(Request& request);
  Task<Result<Response>> put(Request& request);
  Task<Result<Response>> remove(Request& request);
  Task<Result<Response>> patch(Request& request);
  Task<Result<Response>> post(Request& request);

  [[nodiscard]] BucketRegistry& buckets() { return services_.buckets; }

 private:
  Task<Result<Response>> get_counted(Request& request);
  Task<Result<Response>> get_member(Request& request, ObjectAddress address, ObjectPtr object, ReadOptions options);
  Task<Result<Response>> get_members(Request& request, ObjectAddress address, ObjectPtr object, ReadOptions options);
  Task<Result<Response>> head_counted(Request& request);
  Task<Result<Response>> put_counted(Request& request);
  Task<Result<Response>> put_member(Request& request, std::string archpath);
  /// Null: there is none, and a new one begins.
  Task<Result<ObjectPtr>> shard_before(const ObjectAddress& address, PutMember how);
  Task<Result<ShardPlan>> plan_shard(const ObjectAddress& address, ObjectPtr before, std::string mime);
  Task<Result<Response>> remove_counted(Request& request);
  Task<Result<Response>> post_to_bucket(Request& request);

  Task<Result<Response>> evict(ObjectAddress address);
  Task<Result<Response>> rename(ObjectAddress address, std::string to);
  Task<Result<Response>> head_member(ObjectAddress address, ReadOptions options);
  Task<Result<Response>> head_remote(ObjectAddress address, HeadQuery wanted);

  Task<Result<Response>> copy(Request& request, std::string destination);

  // Append handles (append_object.cc).
  Task<Result<Response>> append(Request& request, std::string type);
  Task<Result<Response>> append_piece(Request& request, ObjectAddress address, UploadPtr upload, AppendHandle handle,
                                      WriteOptions options);
  Task<Result<Response>> flush_append(Request& request, ObjectAddress address, UploadPtr upload, WriteOptions options);
  Task<Status> check_handle(UploadPtr upload, const AppendHandle& handle);
  [[nodiscard]] Error append_missing(std::string_view handle) const;

  // Multipart uploads (multipart_calls.cc).
  Task<Result<Response>> begin_multipart(ObjectAddress address);
  Task<Result<Response>> put_part(Request& request, std::string id);
  Task<Result<Response>> complete_multipart(Request& request, ObjectAddress address, nlohmann::json value);
  Task<Result<Response>> abort_multipart(ObjectAddress address, std::string id);
  Result<UploadPtr> find_multipart(const ObjectAddress& address, const std::string& id);
  [[nodiscard]] Error upload_missing(const ObjectAddress& address, const std::string& id) const;

  /// The size of the piece.
  Task<Result<std::uint64_t>> receive_piece(Request& request, Uploads& uploads, UploadPtr upload, BucketPtr bucket,
                                            std::uint32_t number, WriteOptions options);
  /// What arrived in pieces becomes the object.
  Task<Status> publish(Request& request, const ObjectAddress& address, WriteOptions options, FinishedContent content);

  // Conditional requests (conditional_calls.cc). The first answers 304, or nullopt to go on; both fail with 412.
  Result<std::optional<Response>> judge_read(const Preconditions& conditions, const ObjectAddress& address,
                                             const ObjectAttributes& attributes, bool chunked) const;
  Task<Status> judge_write(const Preconditions& conditions, const ObjectAddress& address, WriteOptions& options);

  // The newest version of what a backend keeps (latest_version.cc).
  [[nodiscard]] bool wants_latest(const Request& request, const ObjectAddress& address) const;
  Task<Status> refresh(const Request& request, const ObjectAddress& address);
  Task<Status> compare_with_backend(const ObjectAddress& address, const ObjectAttributes& here);

  Task<Result<ObjectPtr>> open(const ObjectAddress& address);
  Task<Result<ObjectPtr>> open_present(const ObjectAddress& address);
  Task<Result<Shard>> open_shard(const ObjectAddress& address, const ObjectPtr& object, std::string mime);
  Result<Member> find_member(const Shard& shard, const std::string& archpath, const ObjectAddress& address) const;
  /// 404: `t[ID]: WHAT in ais://b/o does not exist`
  [[nodiscard]] Error member_missing(const std::string& what, const ObjectAddress& address) const;
  Task<Status> compare_checksum(const ObjectAddress& address, ObjectPtr object,
                                std::shared_ptr<const ObjectAttributes> attributes);
  Task<Status> validate(const ObjectAddress& address, ObjectPtr object,
                        std::shared_ptr<const ObjectAttributes> attributes);
  Task<Status> describe_part(ObjectPtr object, std::shared_ptr<const ObjectAttributes>& attributes, ByteRange part);
  Task<Status> receive(Request& request, ObjectWriter& writer);

  /// Bytes of content held in memory at a time.
  static constexpr std::uint64_t kPiece = 256 * 1024;

  DataServices services_;
  ObjectMetrics metrics_;
  ObjectLocations locations_;
};

/// Registers the routes. `api` may be filled later, before the first request; it outlives the router. Fails with
/// Conflict when one is taken.
Status register_object_routes(Router& router, std::optional<ObjectApi>& api);

}  // namespace bryo::kernel
